namespace Rowhouse.Tenancy;

/// <summary>
/// The durable list of tenants: the port from which a <see cref="TenantDirectory"/> is filled.
/// Compliance: a tenant that was committed before a call is in its answer, with all of its identifiers.
/// </summary>
public interface ITenantCatalogue
{
    /// <summary>Every tenant that an identifier may lead to, in no particular order.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    IAsyncEnumerable<CatalogueEntry> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>One tenant by its id.</summary>
    /// <param name="id">The tenant.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The tenant with its identifiers, or <see langword="null"/> when there is none.</returns>
    ValueTask<CatalogueEntry?> FindAsync(TenantId id, CancellationToken cancellationToken = default);
}

/// <summary>A tenant and what leads to it.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Identifiers">Everything that leads to it besides its id and slug, which always do.</param>
public sealed record CatalogueEntry(Tenant Tenant, IReadOnlyList<Identifier> Identifiers);
