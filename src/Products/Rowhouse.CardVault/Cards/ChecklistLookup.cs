using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Store;

namespace Rowhouse.CardVault.Cards;

/// <summary>What the checklists say of the cards that requests name.</summary>
internal sealed class ChecklistLookup(CardVaultDbContext db)
{
    private const int Batch = 5_000;

    public async Task<ChecklistFacts?> FindAsync(Guid? id, CancellationToken cancellationToken) =>
        id is { } wanted && (await FindAsync([wanted], cancellationToken)).TryGetValue(wanted, out var facts) ? facts : null;

    public async Task<IReadOnlyDictionary<Guid, ChecklistFacts>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, ChecklistFacts>();
        foreach (var batch in ids.Chunk(Batch))
        {
            var cards = db.CatalogueCards.AsNoTracking().Where(card => batch.Contains(card.Id)).Select(card => new
            {
                card.Id,
                card.Number,
                card.Name,
                card.Attributes,
                Set = card.Set!.Name,       // both foreign keys are required
                Release = card.Set.Release!.Name,
                card.Set.Release.Year,
                card.Set.Release.Manufacturer,
                Variations = card.Variations.Select(variation => new { variation.Id, variation.Name }).ToList(),
            });
            await foreach (var card in cards.AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                found.Add(card.Id, new(
                    card.Id, card.Number, card.Name, card.Manufacturer, $"{card.Release} {card.Set}", card.Year, card.Attributes, card.Variations.ToDictionary(variation => variation.Id, variation => variation.Name)));
            }
        }

        return found;
    }
}
