using Rowhouse.Tenancy;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>A set of a release, with its own numbering: Low Series.</summary>
internal sealed class CatalogueSet : ISharedReference
{
    public Guid Id { get; init; }

    public Guid ReleaseId { get; init; }

    /// <summary>Its place among the sets of the release.</summary>
    public int Ordinal { get; init; }

    public required string Name { get; init; }

    public SetKind Kind { get; init; }

    public int CardCount { get; init; }

    public CatalogueRelease? Release { get; init; }
}
