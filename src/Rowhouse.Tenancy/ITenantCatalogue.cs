using System.Runtime.CompilerServices;

namespace Rowhouse.Tenancy;

/// <summary>
/// The durable list of tenants: the port from which a <see cref="TenantDirectory"/> is filled and kept. Methods may run at the same time.
/// Compliance: a tenant that was committed before a call is in its answer, with all of its identifiers. Whatever cannot be answered
/// because the list is out of reach throws <see cref="CatalogueUnreachableException"/>.
/// </summary>
public interface ITenantCatalogue
{
    /// <summary>How many identifiers are asked for at once at most.</summary>
    const int MostAtOnce = 1_000;

    /// <summary>Every tenant that an identifier may lead to, in no particular order.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    IAsyncEnumerable<CatalogueEntry> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>The tenants that some identifiers lead to.</summary>
    /// <param name="identifiers">The identifiers, at most <see cref="MostAtOnce"/>. A tenant's id is one of the kind <see cref="IdentifierKind.Name"/>.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    /// <returns>The tenants, each once; an identifier that leads nowhere adds none.</returns>
    ValueTask<IReadOnlyList<CatalogueEntry>> FindAsync(IReadOnlyCollection<Identifier> identifiers, CancellationToken cancellationToken = default);

    /// <summary>
    /// Tells of changes until it is stopped or contact is lost. The first batch comes once changes are listened to, and has those that were
    /// made since the last batch of the call before; a change that is committed afterwards is in a later batch. Where nothing changes, an empty batch comes at
    /// least every <see cref="DirectoryOptions.Poll"/>, as a sign that there is contact. A change may be told more than once, and of two changes
    /// of a tenant the later one last. One that was purged or erased is told of like any other, with that status: nothing leads to it any more, and no other call
    /// has it. One caller at a time.
    /// </summary>
    /// <param name="cancellationToken">Stops listening.</param>
    /// <returns>Tenants as they are after their changes.</returns>
    IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> WatchAsync(CancellationToken cancellationToken = default);
}

/// <summary>The catalogue of tenants cannot be asked, so whether there is such a tenant, or what became of it, is not known now.</summary>
/// <param name="message">What was tried.</param>
/// <param name="innerException">What went wrong.</param>
public sealed class CatalogueUnreachableException(string message, Exception? innerException = null) : Exception(message, innerException);

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
internal sealed class NoCatalogue(DirectoryOptions options) : ITenantCatalogue
{
    public IAsyncEnumerable<CatalogueEntry> ReadAsync(CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<CatalogueEntry>();

    public ValueTask<IReadOnlyList<CatalogueEntry>> FindAsync(IReadOnlyCollection<Identifier> identifiers, CancellationToken cancellationToken = default) => new([]);

    public async IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            yield return [];
            await Task.Delay(options.Poll, options.Clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
