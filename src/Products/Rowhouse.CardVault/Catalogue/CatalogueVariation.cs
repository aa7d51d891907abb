using Rowhouse.Tenancy;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>A variation of a checklist card: an error, a corrected back, a parallel.</summary>
internal sealed class CatalogueVariation : ISharedReference
{
    public Guid Id { get; init; }

    public Guid CardId { get; init; }

    public int Ordinal { get; init; }

    public required string Name { get; init; }

    public string? Note { get; init; }
}
