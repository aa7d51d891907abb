using Npgsql;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// The homes of tenants in this store: what the fence asks before every write. For whoever registers tenants; safe for
/// concurrent use.
/// </summary>
public sealed class TenantHomes
{
    private readonly PostgresStore store;
    private readonly HomeSources sources;
    private readonly SqlMigrations migrations;

    internal TenantHomes(PostgresStore store, HomeSources sources, SqlMigrations migrations)
    {
        this.store = store;
        this.sources = sources;
        this.migrations = migrations;
    }

    /// <summary>
    /// Lets a new tenant write here. Without its home a tenant can write nothing, so open the home before the catalogue
    /// makes the tenant known; a home whose tenant then never comes to be lets nobody in.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="generation">The generation of its placement.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresException">The tenant has a home here already.</exception>
    public async Task OpenAsync(TenantId tenant, int generation, CancellationToken cancellationToken = default)
    {
        var command = store.Platform.CreateCommand("INSERT INTO tenancy.homes (tenant_id, generation) VALUES ($1, $2)");
        await using var dispose = command.ConfigureAwait(false);
        command.Parameters.Add(new() { Value = tenant.Value });
        command.Parameters.Add(new() { Value = generation });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets a tenant write in a dedicated home; done again it changes nothing.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="home">Its home, which is there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The home is not open for the tenant in this generation, and not to be opened: it is another tenant's, has another schema, or was closed.</exception>
    public async Task EnsureOpenAsync(TenantId tenant, Placement home, CancellationToken cancellationToken = default)
    {
        if (!await TryOpenAsync(tenant, home, cancellationToken).ConfigureAwait(false))
        {
            throw new InvalidOperationException($"{home.Database} is not an open home of the tenant {tenant} in generation {home.Generation}, and cannot become one.");
        }
    }

    /// <summary>Lets a tenant write in a dedicated home that was made some time ago, where it is still whole; done again it changes nothing.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="home">Its home.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it is open for the tenant in this generation: not where it has no database, another schema than this program's, or is another tenant's.</returns>
    public async Task<bool> TryOpenAsync(TenantId tenant, Placement home, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(home);
        const string isCurrent = $"EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database() AND {Fingerprint.LiveSql} = $3)";
        try
        {
            var connection = await sources.OpenPlatformAsync(home, cancellationToken).ConfigureAwait(false);
            await using var disposeConnection = connection.ConfigureAwait(false);
            var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    Of($"INSERT INTO tenancy.homes (tenant_id, generation) SELECT $1, $2 WHERE {isCurrent} AND NOT EXISTS (SELECT FROM tenancy.homes WHERE tenant_id <> $1) ON CONFLICT DO NOTHING"),
                    Of($"SELECT {isCurrent} AND EXISTS (SELECT FROM tenancy.homes WHERE tenant_id = $1 AND generation = $2 AND state = 'open')"),
                },
            };
            await using var disposeBatch = batch.ConfigureAwait(false);
            return await batch.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.ObjectNotInPrerequisiteState)
        {
            return false; // there is no such database, or it lets nobody in
        }

        NpgsqlBatchCommand Of(string sql) => new(sql) { Parameters = { new() { Value = tenant.Value }, new() { Value = home.Generation }, new() { Value = migrations.StoreFingerprint } } };
    }

    /// <summary>Keeps connections open to dedicated homes that will be opened for a tenant next, in the platform's role, and closes those to others of the store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="next">Homes in it, few.</param>
    /// <param name="cancellationToken">Gives up; those that were opened stay.</param>
    public Task KeepConnectionsAsync(string store, IReadOnlyCollection<Placement> next, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(next);
        return sources.KeepOpenAsync(store, next, cancellationToken);
    }
}
