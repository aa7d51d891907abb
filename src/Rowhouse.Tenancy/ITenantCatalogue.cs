using System.Runtime.CompilerServices;

namespace Rowhouse.Tenancy;

/// <summary>
/// The durable list of tenants: the port from which a <see cref="TenantDirectory"/> is filled and kept.
/// Compliance: a tenant that was committed before a call is in its answer, with all of its identifiers; whatever cannot be
/// answered because the list is out of reach throws <see cref="CatalogueUnreachableException"/>.
/// </summary>
public interface ITenantCatalogue
{
    /// <summary>Every tenant that an identifier may lead to, in no particular order.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    IAsyncEnumerable<CatalogueEntry> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>The tenants that some identifiers lead to, asked for at once.</summary>
    /// <param name="identifiers">The identifiers, at most <see cref="TenantFinder.MostAtOnce"/>. A tenant's id is an identifier of the kind <see cref="IdentifierKind.Name"/>.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    /// <returns>The tenants, each once; an identifier that leads nowhere adds none.</returns>
    ValueTask<IReadOnlyList<CatalogueEntry>> FindAsync(IReadOnlyCollection<Identifier> identifiers, CancellationToken cancellationToken = default);

    /// <summary>
    /// Tells of changes until it is stopped or contact is lost. The first batch comes once changes are listened to, and has what
    /// changed since an earlier call of this method ended; a change that is committed afterwards is in a later batch. Where nothing changes a batch without
    /// entries comes every few seconds, as a sign that there is contact. A change may be told more than once.
    /// </summary>
    /// <param name="cancellationToken">Stops listening.</param>
    /// <returns>Tenants as they are after their changes.</returns>
    IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> WatchAsync(CancellationToken cancellationToken = default);
}

/// <summary>A tenant and what leads to it.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Identifiers">Everything that leads to it besides its id and slug, which always do.</param>
public sealed record CatalogueEntry(Tenant Tenant, IReadOnlyList<Identifier> Identifiers)
{
    /// <summary>Everything that leads to it.</summary>
    internal IEnumerable<Identifier> Leads =>
        [new(IdentifierKind.Name, Tenant.Id.ToString()), new(IdentifierKind.Name, Tenant.Slug.Value), .. Identifiers];
}

/// <summary>The catalogue of an application that has none: its directory has what it is given.</summary>
internal sealed class NoCatalogue : ITenantCatalogue
{
    public IAsyncEnumerable<CatalogueEntry> ReadAsync(CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<CatalogueEntry>();

    public ValueTask<IReadOnlyList<CatalogueEntry>> FindAsync(IReadOnlyCollection<Identifier> identifiers, CancellationToken cancellationToken = default) => new([]);

    public async IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return [];
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
    }
}
