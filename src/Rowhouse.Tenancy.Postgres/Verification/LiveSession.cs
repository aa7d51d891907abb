using System.Text.Json;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>A connection that the server works over.</summary>
/// <param name="Setting">The setting that names it.</param>
/// <param name="Source">Makes it.</param>
/// <param name="Role">The role that it has to work in.</param>
/// <param name="IsOutside">Whether its database is none of the installation's: what the role could make there reaches nobody's rows.</param>
internal sealed record WorkingConnection(string Setting, NpgsqlDataSource Source, string Role, bool IsOutside = false);

/// <summary>What a session over such a connection says of itself.</summary>
internal sealed record LiveSession(
    string SessionUser, string CurrentUser, string? Tenant, string? Generation, string RowSecurity, string ReplicationRole, IReadOnlyList<string> SearchPath)
{
    private const string InvalidAuthorization = "28";

    public IReadOnlyList<LiveRole> Roles { get; init; } = [];

    /// <summary>Asks over the connection itself: what a connection string says and what the server makes of it are two things.</summary>
    /// <returns>The session, or why the server refuses one.</returns>
    public static async Task<(LiveSession? Session, string? Refusal)> ReadAsync(WorkingConnection working, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await working.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var disposeConnection = connection.ConfigureAwait(false);
            var text = await connection.ScalarAsync<string>(
                """
                SELECT json_build_object(
                    'sessionUser', session_user, 'currentUser', current_user,
                    'tenant', current_setting('rowhouse.tenant', true), 'generation', current_setting('rowhouse.generation', true),
                    'rowSecurity', current_setting('row_security'), 'replicationRole', current_setting('session_replication_role'),
                    'searchPath', current_schemas(true))::text
                """,
                cancellationToken).ConfigureAwait(false);
            var session = JsonSerializer.Deserialize<LiveSession>(text!, LiveJson.Options)!; // the query has one row, which is an object
            return (session with { Roles = await LiveRole.ReadAsync(connection, [session.SessionUser, session.CurrentUser], cancellationToken).ConfigureAwait(false) }, null);
        }
        catch (PostgresException refused) when (refused.SqlState.StartsWith(InvalidAuthorization, StringComparison.Ordinal) || refused.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            return (null, $"{refused.MessageText} ({refused.SqlState})");
        }
    }
}
