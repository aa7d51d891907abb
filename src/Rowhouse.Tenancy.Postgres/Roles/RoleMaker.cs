using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Roles;

/// <summary>Makes the roles that sign in, each with no right that it does not need, and the group of tenants' tables.</summary>
internal sealed class RoleMaker(NpgsqlConnection admin, RoleNames roles)
{
    /// <summary>Makes a role that signs in.</summary>
    public static string LoginSql(string role) => $"create role {role} login nosuperuser nobypassrls nocreatedb nocreaterole noreplication inherit";

    /// <summary>Makes the role that makes homes.</summary>
    public static string ProvisionerSql(RoleNames roles) => $"create role {roles.Provisioner} login nosuperuser nobypassrls createdb createrole noreplication inherit";

    /// <summary>Lets the owner migrate homes, whose databases are the provisioner's, and the provisioner admit their logins to the group: before version 16 whoever may make roles may admit to any of them.</summary>
    public static string ProvisionerRightsSql(RoleNames roles) =>
        $"grant {roles.Provisioner} to {roles.Owner}; do $$ begin if current_setting('server_version_num')::int >= 160000 then execute 'grant {roles.Tenants} to {roles.Provisioner} with admin true, inherit false, set false'; end if; end $$";

    /// <summary>Makes the group.</summary>
    public static string GroupSql(RoleNames roles) => $"create role {roles.Tenants} nologin nosuperuser nobypassrls nocreatedb nocreaterole noreplication inherit";

    /// <summary>Makes a role a member of the group, on a server of any version.</summary>
    public static string MembershipSql(RoleNames roles, string member) =>
        $"do $$ begin if current_setting('server_version_num')::int >= 160000 then execute '{JoinSql(roles, member, 16)}'; else {JoinSql(roles, member, 15)}; end if; end $$";

    /// <summary>Makes a role a member of the group, which gives it the group's rights. From 16 on the right to become the group is a choice, and nobody needs it.</summary>
    public static string JoinSql(RoleNames roles, string member, int version) => $"grant {roles.Tenants} to {member}{(version >= 16 ? " with inherit true, set false" : "")}";

    public async Task EnsureAsync(RolePasswords passwords, CancellationToken cancellationToken)
    {
        // Roles belong to the server, and two databases of it may be set up at once: concurrent changes to one role fail.
        var transaction = await admin.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await admin.ExecuteAsync("select pg_advisory_xact_lock(hashtext('rowhouse roles'))", cancellationToken).ConfigureAwait(false);
            await EnsureRoleAsync(roles.Owner, passwords.Owner, cancellationToken).ConfigureAwait(false);
            await EnsureRoleAsync(roles.Application, passwords.Application, cancellationToken).ConfigureAwait(false);
            await EnsureRoleAsync(roles.Platform, passwords.Platform, cancellationToken).ConfigureAwait(false);
            await EnsureRoleAsync(roles.Mover, passwords.Mover, cancellationToken).ConfigureAwait(false);
            await EnsureGroupAsync(cancellationToken).ConfigureAwait(false);
            await EnsureProvisionerAsync(passwords.Provisioner, cancellationToken).ConfigureAwait(false);
            await RefuseMembershipsAsync(cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task EnsureRoleAsync(string role, string password, CancellationToken cancellationToken)
    {
        var found = await admin.ScalarAsync<bool?>(
            "select rolcanlogin and rolinherit and not (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication) from pg_roles where rolname = $1",
            cancellationToken, role).ConfigureAwait(false);

        // Only a superuser may name some of these attributes in ALTER ROLE, even to leave them off: name them only where one is on.
        var statement = found switch
        {
            null => LoginSql(role),
            true => $"alter role {role} login",
            false => $"alter role {role} login nosuperuser nobypassrls nocreatedb nocreaterole noreplication inherit",
        };
        await admin.ExecuteAsync($"{statement} password '{ScramVerifier.Of(password)}'", cancellationToken).ConfigureAwait(false);
    }

    private async Task EnsureProvisionerAsync(string password, CancellationToken cancellationToken)
    {
        var found = await admin.ScalarAsync<bool?>(
            "select rolcanlogin and rolinherit and rolcreatedb and rolcreaterole and not (rolsuper or rolbypassrls or rolreplication) from pg_roles where rolname = $1",
            cancellationToken, roles.Provisioner).ConfigureAwait(false);
        var statement = found switch
        {
            null => ProvisionerSql(roles),
            true => $"alter role {roles.Provisioner} login",
            false => $"alter role {roles.Provisioner} login nosuperuser nobypassrls createdb createrole noreplication inherit",
        };
        await admin.ExecuteAsync($"{statement} password '{ScramVerifier.Of(password)}'", cancellationToken).ConfigureAwait(false);

        await admin.ExecuteAsync(ProvisionerRightsSql(roles), cancellationToken).ConfigureAwait(false);
    }

    private async Task EnsureGroupAsync(CancellationToken cancellationToken)
    {
        if (!await admin.ScalarAsync<bool>("select exists (select from pg_roles where rolname = $1)", cancellationToken, roles.Tenants).ConfigureAwait(false))
        {
            await admin.ExecuteAsync(GroupSql(roles), cancellationToken).ConfigureAwait(false);
        }
        else if (await admin.ScalarAsync<bool>("select rolcanlogin or rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication from pg_roles where rolname = $1", cancellationToken, roles.Tenants).ConfigureAwait(false))
        {
            await admin.ExecuteAsync($"alter role {roles.Tenants} nologin nosuperuser nobypassrls nocreatedb nocreaterole noreplication", cancellationToken).ConfigureAwait(false);
        }

        // Granted anew it would only be a notice.
        foreach (var member in new[] { roles.Application, roles.Mover })
        {
            if (!await admin.ScalarAsync<bool>("select pg_has_role($1, $2, 'usage')", cancellationToken, member, roles.Tenants).ConfigureAwait(false))
            {
                await admin.ExecuteAsync(JoinSql(roles, member, admin.PostgreSqlVersion.Major), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task RefuseMembershipsAsync(CancellationToken cancellationToken)
    {
        var membership = await admin.ScalarAsync<string?>(
            "select format('%s is a member of %s', member::regrole, roleid::regrole) from pg_auth_members where member in ($1::regrole, $2::regrole, $3::regrole, $4::regrole) and not (member in ($1::regrole, $2::regrole) and roleid = $4::regrole) limit 1",
            cancellationToken, roles.Application, roles.Mover, roles.Platform, roles.Tenants).ConfigureAwait(false);
        if (membership is not null)
        {
            throw new InvalidOperationException($"{membership}, so it has rights that isolation does not count with. Revoke the membership.");
        }
    }
}
