using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Roles;

/// <summary>Makes the three roles, each with the right to sign in and with no other.</summary>
internal sealed class RoleMaker(NpgsqlConnection admin, RoleNames roles)
{
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
            null => $"create role {role} login nosuperuser nobypassrls nocreatedb nocreaterole noreplication inherit",
            true => $"alter role {role} login",
            false => $"alter role {role} login nosuperuser nobypassrls nocreatedb nocreaterole noreplication inherit",
        };
        await admin.ExecuteAsync($"{statement} password '{ScramVerifier.Of(password)}'", cancellationToken).ConfigureAwait(false);
    }

    private async Task RefuseMembershipsAsync(CancellationToken cancellationToken)
    {
        var membership = await admin.ScalarAsync<string?>(
            "select format('%s is a member of %s', member::regrole, roleid::regrole) from pg_auth_members where member in ($1::regrole, $2::regrole) limit 1",
            cancellationToken, roles.Application, roles.Platform).ConfigureAwait(false);
        if (membership is not null)
        {
            throw new InvalidOperationException($"{membership}, so it has rights that isolation does not count with. Revoke the membership.");
        }
    }
}
