using System.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Embedded;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Hosting;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// The databases that an application is configured for, as an operator handles it: open, migrate, verify. A host does all
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

    internal PostgresDatabase(PostgresStore store, PostgresOptions options, SqlMigrations migrations, TenantModels models, IConfiguration configuration, ILogger<PostgresDatabase> logger, Func<IDedicatedHomes?> dedicatedHomes)
    {
        this.store = store;
        this.options = options;
        this.models = models;
        this.configuration = configuration;
        this.logger = logger;
        Migrations = migrations;
        Homes = new(store, migrations, models, dedicatedHomes);
    }

    /// <summary>The scripts of all registered modules.</summary>
    public SqlMigrations Migrations { get; }

    /// <summary>The stores of dedicated homes, where there is a control plane.</summary>
    public HomeStores Homes { get; }

    /// <summary>Whether the databases are on the private server of the data folder.</summary>
    public bool IsEmbedded => embedded is not null;

    internal bool MigratesAtStart => options.MigrateAtStart ?? IsEmbedded;

    /// <summary>
    /// Opens the store: on the connections that the options or the configuration name, else on the private server of the
    /// data folder, which is started or joined. Nothing happens when it is open already.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EmbeddedPostgresException">The private server cannot run; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">A connection that this application needs is not configured; the message says which.</exception>
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
            var databases = DatabaseNames.Of(RoleNames.Default);
            embedded = await EmbeddedPostgres.StartAsync(new() { DataFolder = folder, Databases = Migrations.NeedControl ? databases : databases with { Control = null } }, logger, cancellationToken).ConfigureAwait(false);
            connections = embedded.Connections;
        }

        if (Migrations.NeedControl && connections.Control is null)
        {
            throw new InvalidOperationException($"This application has a control plane, and {ConfiguredConnections.Control} is not set. `rowhouse database init` makes the databases and prints the settings.");
        }

        // The control plane deletes tenants, and so empties homes.
        if (Migrations.NeedControl && connections.Mover is null)
        {
            throw new InvalidOperationException($"This application has a control plane, and {ConfiguredConnections.Mover} is not set. `rowhouse database init` makes the roles and prints the settings.");
        }

        store.Open(connections);
    }

    /// <summary>
    /// Applies the missing scripts and sets the guards; in dedicated homes on the same server, too, where there is a control plane and the
    /// provisioner's connection is known. From then on homes are made there with this schema.
    /// </summary>
    /// <param name="cancellationToken">Leaves each database as it was or as it has to be.</param>
    /// <returns>The scripts that were applied in the shared store and the control database.</returns>
    /// <exception cref="InvalidOperationException">This process has no connection of the owner's role, or it works as another one.</exception>
    /// <exception cref="MigrationException">The schema cannot be brought to where the program is.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken = default)
    {
        var applied = await Migrations.ApplyAsync(store.Connections, cancellationToken).ConfigureAwait(false);
        if (Migrations.NeedControl && store.Connections.Provisioner is not null)
        {
            await Homes.PrepareAsync(HomeStore.Of(store.Connections), cancellationToken).ConfigureAwait(false);
        }

        return applied;
    }

    /// <summary>
    /// Asks over each connection that a server works with who it is to PostgreSQL. A connection string that names a
    /// superuser, an owner or the wrong role is found, and one that the server refuses.
    /// </summary>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>What is wrong; no table is looked at.</returns>
    public async Task<IsolationReport> VerifyConnectionsAsync(CancellationToken cancellationToken = default) =>
        new(0, 0, await SessionRules.CheckAsync(store.Connections.Roles, store.Working, cancellationToken).ConfigureAwait(false));

    /// <summary>Checks the connections, compares the live store with the models of all registered modules, and looks whether the control database is closed and as its scripts left it, and whether dedicated homes are.</summary>
    /// <param name="cancellationToken">Stops looking.</param>
    public async Task<IsolationReport> VerifyIsolationAsync(CancellationToken cancellationToken = default)
    {
        var connections = await VerifyConnectionsAsync(cancellationToken).ConfigureAwait(false);
        var refused = connections.Findings.Select(finding => finding.Where).ToHashSet(StringComparer.Ordinal);
        var report = connections;
        foreach (var database in store.Working.Where(working => working.Setting != ConfiguredConnections.Provisioner && !refused.Contains(working.Setting)).GroupBy(working => working.Setting == ConfiguredConnections.Control))
        {
            var found = await LookAsync(database.First().Source, isControl: database.Key, cancellationToken).ConfigureAwait(false);
            report = new(report.Tables + found.Tables, report.SharedTables + found.SharedTables, [.. report.Findings.Concat(found.Findings).Distinct()]) { IsDistributed = report.IsDistributed || found.IsDistributed };
        }

        if (!Migrations.NeedControl || refused.Contains(ConfiguredConnections.Control))
        {
            return report;
        }

        var homes = await Homes.VerifyHomesAsync(cancellationToken).ConfigureAwait(false);
        return report with { Homes = homes, Findings = [.. report.Findings.Concat(homes.Findings).Distinct()] };
    }

    /// <summary>
    /// Writes the SQL that makes the shared store a Citus cluster's, from the models of all registered modules: shared tables become reference
    /// tables, tenants' tables are distributed by tenant, and their rows go to the nodes. No connection is opened, and the store need not be open.
    /// </summary>
    /// <param name="roles">What the roles of the installation are called.</param>
    /// <returns>The script, for a superuser in a migrated store on the coordinator: one transaction, after which the rows that it left behind are removed.</returns>
    /// <exception cref="InvalidOperationException">Foreign keys of the models go round in a circle; the message says over which tables.</exception>
    public string WriteDistribution(RoleNames roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return DistributionScript.Write(models.Models, roles);
    }

    private async Task<IsolationReport> LookAsync(NpgsqlDataSource database, bool isControl, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var disposeConnection = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        await using var disposeTransaction = transaction.ConfigureAwait(false);
        return isControl
            ? await IsolationCheck.RunOnControlAsync(connection, store.Connections.Roles, Migrations.ControlSchemas, cancellationToken).ConfigureAwait(false)
            : await IsolationCheck.RunAsync(connection, store.Connections.Roles, models.Tables, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the private server, if this process owns it.</summary>
    public ValueTask DisposeAsync() => embedded?.DisposeAsync() ?? ValueTask.CompletedTask;
}
