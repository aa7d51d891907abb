using Npgsql;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>
/// Hears what the control database tells of changes, over a connection of its own. What it tells of people goes to the sessions that this
/// node has checked, what it tells of tenants to whoever listens.
/// </summary>
internal sealed class CatalogueNotices(PostgresStore store, SessionCache sessions, DirectoryOptions directory)
{
    private const string Channel = "rowhouse_catalogue";

    /// <summary>Opens a connection and listens.</summary>
    public async Task<Listening> ListenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(store.Connections.ControlDirect)
        {
            Pooling = false,
            Timeout = 5,
            CommandTimeout = 5,
            ApplicationName = "rowhouse catalogue",
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            var listening = new Listening(connection, sessions, directory.Clock);
            await using var listen = new NpgsqlCommand($"LISTEN {Channel}", connection);
            await listen.ExecuteNonQueryAsync(cancellationToken);

            // Whatever was told before was not heard here.
            sessions.Clear();
            return listening;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
