using System.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.Postgres.Embedded;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Hosting;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// The database that an application is configured for, as an operator handles it: open, migrate, verify. A host does all
/// of it at its start; commands that work without a host use it directly. Safe for concurrent use once it is open.
/// </summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly PostgresStore store;
    private readonly PostgresOptions options;
    private readonly TenantModels models;
    private readonly IConfiguration configuration;
    private readonly ILogger<PostgresDatabase> logger;
    private EmbeddedPostgres? embedded;

    internal PostgresDatabase(PostgresStore store, PostgresOptions options, SqlMigrations migrations, TenantModels models, IConfiguration configuration, ILogger<PostgresDatabase> logger)
    {
        this.store = store;
        this.options = options;
        this.models = models;
        this.configuration = configuration;
        this.logger = logger;
        Migrations = migrations;
    }

    /// <summary>The scripts of all registered modules.</summary>
    public SqlMigrations Migrations { get; }

    /// <summary>Whether the database is on the private server of the data folder.</summary>
    public bool IsEmbedded => embedded is not null;

    internal bool MigratesAtStart => options.MigrateAtStart ?? IsEmbedded;

    /// <summary>
    /// Opens the store: on the connections that the options or the configuration name, else on the private server of the
    /// data folder, which is started or joined. Nothing happens when it is open already.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EmbeddedPostgresException">The private server cannot run; the message says what to do.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken = default)
    {
        if (store.IsOpen)
        {
            return;
        }

        var connections = options.Connections ?? ConfiguredConnections.Read(configuration);
        if (connections is null)
        {
            var folder = ConfiguredConnections.DataFolder(options, configuration);
            embedded = await EmbeddedPostgres.StartAsync(new() { DataFolder = folder }, logger, cancellationToken).ConfigureAwait(false);
            connections = embedded.Connections;
        }

        store.Open(connections);
    }

    /// <summary>Applies the missing scripts and sets the guards.</summary>
    /// <param name="cancellationToken">Undoes everything.</param>
    /// <returns>The scripts that were applied.</returns>
    /// <exception cref="InvalidOperationException">This process has no connection of the owner's role, or it works as another one.</exception>
    /// <exception cref="MigrationException">The schema cannot be brought to where the program is.</exception>
    public Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken = default) =>
        Migrations.ApplyAsync(store.Connections, cancellationToken);

    /// <summary>
    /// Asks over each connection that a server works with who it is to PostgreSQL. A connection string that names a
    /// superuser, an owner or the wrong role is found, and one that the server refuses.
    /// </summary>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>What is wrong; no table is looked at.</returns>
    public async Task<IsolationReport> VerifyConnectionsAsync(CancellationToken cancellationToken = default) =>
        new(0, 0, await SessionRules.CheckAsync(store.Connections.Roles, store.Working, cancellationToken).ConfigureAwait(false));

    /// <summary>Checks the connections, and compares the live database with the models of all registered modules.</summary>
    /// <param name="cancellationToken">Stops looking.</param>
    public async Task<IsolationReport> VerifyIsolationAsync(CancellationToken cancellationToken = default)
    {
        var connections = await VerifyConnectionsAsync(cancellationToken).ConfigureAwait(false);
        var refused = connections.Findings.Select(finding => finding.Where).ToHashSet(StringComparer.Ordinal);
        if (store.Working.FirstOrDefault(candidate => !refused.Contains(candidate.Setting)) is not { } working)
        {
            return connections;
        }

        var connection = await working.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var disposeConnection = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        await using var disposeTransaction = transaction.ConfigureAwait(false);
        var database = await IsolationCheck.RunAsync(connection, store.Connections.Roles, models.Tables, cancellationToken).ConfigureAwait(false);
        return database with { Findings = [.. connections.Findings.Concat(database.Findings).Distinct()] };
    }

    /// <summary>Stops the private server, if this process owns it.</summary>
    public ValueTask DisposeAsync() => embedded?.DisposeAsync() ?? ValueTask.CompletedTask;
}
