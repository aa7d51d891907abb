using System.Text.Json;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>
/// A dedicated home as the catalogue shows it that all databases of a server share: one query over any of them tells of all homes, and none is connected to.
/// </summary>
/// <param name="Name">What its database is called, and its login.</param>
/// <param name="Owner">Whose the database is.</param>
/// <param name="IsOpen">Whether it lets anybody in. It does so from when it is whole until it is removed.</param>
/// <param name="IsHalfDropped">Whether its removal was cut short.</param>
/// <param name="Fingerprint">The schema that it has; null where that is not known.</param>
/// <param name="Grants">What others than its owner may do with the database, <c>public</c> among them.</param>
/// <param name="Settings">What sessions in it begin with.</param>
/// <param name="Login">Its login, where there is one.</param>
internal sealed record LiveHome(
    string Name, string Owner, bool IsOpen, bool IsHalfDropped, string? Fingerprint, IReadOnlyList<LiveGrant> Grants, IReadOnlyList<LiveSetting> Settings, LiveLogin? Login)
{
    // Readable by every role. Grantees are named by the row that the query sees, as the login of a home may be removed meanwhile. $1: what the names of homes begin with, $2: the group of tenants' tables.
    private const string Query =
        $"""
        SELECT coalesce(json_agg(json_build_object(
            'name', d.datname, 'owner', pg_get_userbyid(d.datdba), 'isOpen', d.datallowconn AND NOT {Invalid.Sql}, 'isHalfDropped', {Invalid.Sql}, 'fingerprint', {Homes.Fingerprint.LiveSql},
            'grants', (SELECT coalesce(json_agg(json_build_object(
                'grantee', CASE a.grantee WHEN 0 THEN 'public' ELSE coalesce(o.rolname, a.grantee::text) END, 'privilege', a.privilege_type, 'grantable', a.is_grantable) ORDER BY a.grantee, a.privilege_type), '[]')
                FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a LEFT JOIN pg_roles o ON o.oid = a.grantee WHERE a.grantee <> d.datdba),
            'settings', (SELECT coalesce(json_agg(json_build_object(
                'name', split_part(c.setting, '=', 1), 'value', substr(c.setting, strpos(c.setting, '=') + 1),
                'scope', CASE s.setrole WHEN 0 THEN format('DATABASE %I', d.datname) ELSE format('ROLE %I IN DATABASE %I', pg_get_userbyid(s.setrole), d.datname) END) ORDER BY s.setrole, c.setting), '[]')
                FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) c (setting) WHERE s.setdatabase = d.oid),
            'login', (SELECT json_build_object(
                'signsIn', u.rolcanlogin, 'isInGroup', g.oid IS NOT NULL AND pg_has_role(u.oid, g.oid, 'USAGE'),
                'attributes', (SELECT coalesce(json_agg(a.name), '[]') FROM (VALUES
                    (u.rolsuper, 'SUPERUSER'), (u.rolbypassrls, 'BYPASSRLS'), (u.rolcreaterole, 'CREATEROLE'), (u.rolcreatedb, 'CREATEDB'), (u.rolreplication, 'REPLICATION')) a (has, name) WHERE a.has),
                'memberOf', (SELECT coalesce(json_agg(pg_get_userbyid(m.roleid) ORDER BY m.roleid), '[]') FROM pg_auth_members m WHERE m.member = u.oid))
                FROM pg_roles u LEFT JOIN pg_roles g ON g.rolname = $2 WHERE u.rolname = d.datname)
            ) ORDER BY d.datname), '[]')::text
        FROM pg_database d WHERE starts_with(d.datname, $1)
        """;

    /// <summary>All homes of an installation on the server of this connection.</summary>
    public static async Task<IReadOnlyList<LiveHome>> ReadAsync(NpgsqlConnection connection, RoleNames names, CancellationToken cancellationToken)
    {
        var text = await connection.ScalarAsync<string>(Query, cancellationToken, names.HomePrefix, names.Tenants).ConfigureAwait(false);
        return JsonSerializer.Deserialize<IReadOnlyList<LiveHome>>(text!, LiveJson.Options)!; // an empty list where there is none
    }
}

/// <summary>The login of a home.</summary>
/// <param name="SignsIn">Whether it may sign in.</param>
/// <param name="IsInGroup">Whether it has the rights of the group of tenants' tables.</param>
/// <param name="Attributes">Those that undo isolation or lead to one that does, as ALTER ROLE writes them.</param>
/// <param name="MemberOf">The roles that it is a member of itself.</param>
internal sealed record LiveLogin(bool SignsIn, bool IsInGroup, IReadOnlyList<string> Attributes, IReadOnlyList<string> MemberOf);
