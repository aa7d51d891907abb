using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tenancy.Postgres.Hosting;

/// <summary>Opens the database before anything else of the host starts, and lets nothing start on one that is old or not guarded.</summary>
internal sealed partial class PostgresStartup(
    PostgresDatabase database,
    PostgresStore store,
    ILogger<PostgresStartup> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken).ConfigureAwait(false);

        // First: what a connection in the wrong role would say of the schema leads astray.
        RefuseUnsound(await database.VerifyConnectionsAsync(cancellationToken).ConfigureAwait(false));
        await MigrateAsync(cancellationToken).ConfigureAwait(false);
        var report = await database.VerifyIsolationAsync(cancellationToken).ConfigureAwait(false);
        RefuseUnsound(report);
        LogSound(report.Tables, report.SharedTables);
        if (report.IsDistributed)
        {
            LogDistributed();
        }

        // These stop a tenant or two, so they do not stop the server.
        if (report.Homes?.SayFaults() is { } faults)
        {
            LogFaults(faults);
        }

        if (report.Homes?.SayBehind() is { } behind)
        {
            LogBehind(behind);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void RefuseUnsound(IsolationReport report)
    {
        if (!report.IsSound)
        {
            throw new IsolationException(report);
        }
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if (database.MigratesAtStart)
        {
            foreach (var script in await database.MigrateAsync(cancellationToken).ConfigureAwait(false))
            {
                LogMigrated(script);
            }

            foreach (var (at, why) in await database.Homes.PrepareAddedAsync(cancellationToken).ConfigureAwait(false))
            {
                LogNotPrepared(at, why);
            }
        }
        else if (await database.Migrations.FindPendingAsync(store, cancellationToken).ConfigureAwait(false) is [var first, ..] pending)
        {
            throw new MigrationException(first, $"Its database has not had it ({(pending.Count == 1 ? "one script is" : $"{pending.Count} scripts are")} missing). Run `rowhouse migrate` with {ConfiguredConnections.Owner} set, then start again.");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied {Script}")]
    private partial void LogMigrated(string script);

    [LoggerMessage(Level = LogLevel.Error, Message = "The store {Store} is not ready for homes of this version, and its homes may be behind: {Why}")]
    private partial void LogNotPrepared(string store, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "The database keeps tenants apart: {Tables} tables of tenants and {SharedTables} shared ones looked at")]
    private partial void LogSound(int tables, int sharedTables);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store has Citus: only the coordinator's tables were looked at. Shards on its nodes have guards of their own, and nothing is known of them")]
    private partial void LogDistributed();

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Faults} `rowhouse verify isolation` names all there is")]
    private partial void LogFaults(string faults);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Behind}")]
    private partial void LogBehind(string behind);
}
