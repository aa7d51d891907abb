using NpgsqlTypes;
using Rowhouse.Tenancy;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>A card of a checklist.</summary>
internal sealed class CatalogueCard : ISharedReference
{
    public Guid Id { get; init; }

    public Guid SetId { get; init; }

    /// <summary>Its place in the set's checklist.</summary>
    public int Ordinal { get; init; }

    /// <summary>Text: <c>1a</c>, <c>US-50</c>; empty for the cards that have none.</summary>
    public required string Number { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<string> Attributes { get; init; }

    public string? Note { get; init; }

    /// <summary>Where it stands among all that a search finds: rookies and base sets first. See <see cref="SearchRank"/>.</summary>
    public int Rank { get; init; }

    /// <summary>What it is found by. See <see cref="SearchTerms"/>.</summary>
    public required NpgsqlTsVector Words { get; init; }

    public CatalogueSet? Set { get; init; }

    public List<CatalogueVariation> Variations { get; } = [];
}
