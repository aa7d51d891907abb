using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.CardVault.Collections;

/// <summary>Collections as the API shows them.</summary>
internal static class CollectionMapping
{
    /// <summary>A collection with the count of its cards.</summary>
    internal sealed record Counted(Collection Collection, int Cards, long Copies);

    public static IQueryable<Counted> WithCounts(this IQueryable<Collection> collections, CardVaultDbContext db) =>
        collections.Select(collection => new Counted(
            collection,
            db.Cards.Count(card => card.CollectionId == collection.Id),
            db.Cards.Where(card => card.CollectionId == collection.Id).Sum(card => (long)card.Quantity)));

    public static CollectionResponse ToResponse(this Counted row, CardAccess access) =>
        new(row.Collection.Id, row.Collection.Name, row.Collection.OwnerId, row.Cards, row.Copies, access.CanEdit(row.Collection.OwnerId), row.Collection.CreatedAt, row.Collection.Version);
}
