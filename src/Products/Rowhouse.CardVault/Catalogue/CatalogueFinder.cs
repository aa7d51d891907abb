using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;
using Rowhouse.CardVault.Store;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>Finds checklist cards in bounded time, whether the words are rare or on a third of all cards.</summary>
/// <remarks>
/// 1 How frequent the words are is counted among the most wanted cards, by an index that has only these.
/// 2 What is rare is read and put in order by one query: the last stage finds all that any stage finds.
/// 3 What is frequent is on many of the most wanted cards too: each stage asks their index first, and the whole one only
///   where that is not enough.
/// None of the queries has a limit without an order: for a statement that stays prepared, the planner would rather read
/// the table until it has enough.
/// </remarks>
internal static class CatalogueFinder
{
    // Of some five thousand; so many again, thirty times over, may be in the whole catalogue.
    private const int Frequent = 100;

    public static async Task<IReadOnlyList<Guid>> FindAsync(CardVaultDbContext db, IReadOnlyList<NpgsqlTsQuery> stages, int wanted, CancellationToken cancellationToken)
    {
        if (stages.Count == 0)
        {
            return [];
        }

        // Step 1
        if (await MostWanted(db, stages[^1]).CountAsync(cancellationToken) < Frequent)
        {
            // Step 2
            return await ByStage(db, stages).Take(wanted).ToListAsync(cancellationToken);
        }

        // Step 3
        List<Guid> found = [];
        foreach (var cards in stages.SelectMany(stage => new[] { MostWanted(db, stage), All(db, stage) }))
        {
            // A later question finds what an earlier one found as well, so it is asked for as many as may be needed and sifted here.
            var more = await InOrder(cards).Take(wanted).ToListAsync(cancellationToken);
            found.AddRange(more.Where(id => !found.Contains(id)).Take(wanted - found.Count));
            if (found.Count == wanted)
            {
                break;
            }
        }

        return found;
    }

    /// <summary>What any stage finds, what the first finds first.</summary>
    public static IQueryable<Guid> ByStage(CardVaultDbContext db, IReadOnlyList<NpgsqlTsQuery> stages)
    {
        var (first, second, third) = (stages[0], stages[Math.Min(1, stages.Count - 1)], stages[Math.Min(2, stages.Count - 1)]);
        return All(db, stages[^1])
            .OrderBy(card => card.Words.Matches(first) ? 0 : card.Words.Matches(second) ? 1 : card.Words.Matches(third) ? 2 : 3)
            .ThenBy(card => card.Rank).ThenBy(card => card.Id)
            .Select(card => card.Id);
    }

    /// <summary>What a stage finds among the rookies of base sets.</summary>
    public static IQueryable<CatalogueCard> MostWanted(CardVaultDbContext db, NpgsqlTsQuery stage) => All(db, stage).Where(card => card.Rank < SearchRank.EndOfMostWanted);

    /// <summary>What a stage finds.</summary>
    public static IQueryable<CatalogueCard> All(CardVaultDbContext db, NpgsqlTsQuery stage) => db.CatalogueCards.AsNoTracking().Where(card => card.Words.Matches(stage));

    /// <summary>The most wanted first.</summary>
    public static IQueryable<Guid> InOrder(IQueryable<CatalogueCard> cards) => cards.OrderBy(card => card.Rank).ThenBy(card => card.Id).Select(card => card.Id);
}
