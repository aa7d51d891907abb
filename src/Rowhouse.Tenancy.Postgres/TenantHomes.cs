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

    internal TenantHomes(PostgresStore store, HomeSources sources)
    {
        this.store = store;
        this.sources = sources;
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
    /// <exception cref="InvalidOperationException">The home is not open for the tenant in this generation, and not to be opened: it is another tenant's, or was closed.</exception>
    public async Task EnsureOpenAsync(TenantId tenant, Placement home, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(home);
        var connection = sources.ConnectPlatform(home);
        await using var disposeConnection = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Of("INSERT INTO tenancy.homes (tenant_id, generation) SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM tenancy.homes WHERE tenant_id <> $1) ON CONFLICT DO NOTHING"),
                Of("SELECT EXISTS (SELECT FROM tenancy.homes WHERE tenant_id = $1 AND generation = $2 AND state = 'open')"),
            },
        };
        await using var disposeBatch = batch.ConfigureAwait(false);
        if (await batch.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
        {
            throw new InvalidOperationException($"{home.Database} is not an open home of the tenant {tenant} in generation {home.Generation}, and cannot become one.");
        }

        NpgsqlBatchCommand Of(string sql) => new(sql) { Parameters = { new() { Value = tenant.Value }, new() { Value = home.Generation } } };
    }
}
