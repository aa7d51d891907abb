using Rowhouse.Tenancy;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>A product of a year: 1989 Upper Deck Baseball.</summary>
internal sealed class CatalogueRelease : ISharedReference
{
    public Guid Id { get; init; }

    public required string Sport { get; init; }

    /// <summary>Its first year where a season spans two.</summary>
    public int Year { get; init; }

    public required string Name { get; init; }

    public string? Manufacturer { get; init; }

    /// <summary>How many cards its sets have.</summary>
    public int CardCount { get; init; }

    public List<CatalogueSet> Sets { get; } = [];
}
