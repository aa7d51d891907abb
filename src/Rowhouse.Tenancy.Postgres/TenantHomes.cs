using Npgsql;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// The homes of tenants in this store: what the fence asks before every write. For whoever registers tenants; safe for
/// concurrent use.
/// </summary>
public sealed class TenantHomes
{
    private readonly PostgresStore store;

    internal TenantHomes(PostgresStore store) => this.store = store;

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
}
