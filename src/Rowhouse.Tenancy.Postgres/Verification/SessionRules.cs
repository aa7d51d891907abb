using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>
/// Who the server is to PostgreSQL, over the very connections that it uses: for a superuser, or for who owns a table or
/// can become its owner, no policy holds, however well the database is guarded.
/// </summary>
internal static class SessionRules
{
    private const string UseWhatInitWrote = "Use the settings that `rowhouse database init` wrote, ROWHOUSE_INSTALLATION among them; it can be run again.";

    public static async Task<IReadOnlyList<IsolationFinding>> CheckAsync(RoleNames names, IEnumerable<WorkingConnection> connections, CancellationToken cancellationToken)
    {
        var findings = new List<IsolationFinding>();
        foreach (var connection in connections)
        {
            var (session, refusal) = await LiveSession.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
            findings.AddRange(session is null
                ? [new("connection", connection.Setting, $"the server refuses it: {refusal}.", $"It has to work as {connection.Role}. {UseWhatInitWrote}")]
                : Check(names, connection, session));
        }

        return [.. findings.Distinct()];
    }

    private static IEnumerable<IsolationFinding> Check(RoleNames names, WorkingConnection connection, LiveSession session)
    {
        var roles = connection.IsOutside ? [.. session.Roles.Select(role => role with { MakesSchemas = false, MakesTemporaryTables = false, MakesIn = [] })] : session.Roles;
        foreach (var user in new[] { session.SessionUser, session.CurrentUser }.Distinct())
        {
            if (user != connection.Role)
            {
                yield return new("connection", connection.Setting, $"it works as {user}, not as {connection.Role}.", UseWhatInitWrote);
            }

            foreach (var finding in Judge(names, user, connection, roles))
            {
                yield return finding;
            }
        }

        foreach (var (wrong, what) in new[]
        {
            (session.Tenant is { Length: > 0 } || session.Generation is { Length: > 0 }, "begins with a tenant bound"),
            (session.RowSecurity != "on", "begins with row_security off"),
            (session.ReplicationRole != "origin", "begins with session_replication_role set, so neither fences nor foreign keys hold"),
            (session.SearchPath is not ["pg_catalog", ..], "has a search_path that finds other functions before PostgreSQL's own"),
        })
        {
            if (wrong)
            {
                yield return new("connection", connection.Setting, $"a session over it {what}.", "Take the setting out of the connection string, of ALTER ROLE … SET, of ALTER DATABASE … SET or of postgresql.conf.");
            }
        }
    }

    // Who owns the tables is there to change their guards, and needs no more than that.
    private static IEnumerable<IsolationFinding> Judge(RoleNames names, string user, WorkingConnection connection, IReadOnlyList<LiveRole> roles) =>
        user == names.Owner && connection.Role == user ? roles.Where(role => role.Name == user).SelectMany(role => role.Attributes.Select(attribute => RoleRules.Has(user, attribute)))
        : user == names.Provisioner ? RoleRules.CheckProvisioner(names, roles)
        : RoleRules.Check(names, [user], roles, moverHasTemporaryTables: connection.Role == names.Mover && !connection.IsOutside);
}
