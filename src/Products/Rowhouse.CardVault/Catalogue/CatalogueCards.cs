using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>Checklist cards as the API shows them.</summary>
internal static class CatalogueCards
{
    public const string Shared = "catalogue";

    /// <summary>Some cards by their ids, in the order of these.</summary>
    public static async Task<IReadOnlyList<CatalogueCardResponse>> LoadAsync(CardVaultDbContext db, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        var rows = await Shown(db.CatalogueCards.Where(card => ids.Contains(card.Id))).ToListAsync(cancellationToken);
        var byId = rows.ToDictionary(card => card.Id);
        return [.. ids.Where(byId.ContainsKey).Select(id => byId[id])];
    }

    public static IQueryable<CatalogueCardResponse> Shown(IQueryable<CatalogueCard> cards) =>
        cards.AsNoTracking().Select(card => new CatalogueCardResponse(
            card.Id,
            Shared,
            card.Number == "" ? null : card.Number,
            card.Name,
            card.Attributes,
            card.Note,
            card.Set!.Release!.Sport,       // both foreign keys are required
            card.Set.Release.Year,
            card.Set.Release.Manufacturer,
            card.Set.ReleaseId,
            card.Set.Release.Name,
            card.SetId,
            card.Set.Name,
            card.Variations.OrderBy(variation => variation.Ordinal).Select(variation => new VariationResponse(variation.Id, variation.Name, variation.Note)).ToList()));
}
