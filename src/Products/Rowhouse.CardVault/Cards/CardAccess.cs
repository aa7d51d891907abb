using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Store;
using Rowhouse.Modules.Access;

namespace Rowhouse.CardVault.Cards;

/// <summary>
/// Whose a card is: its collection's owner's, or in no collection the person's who made it. A member changes their own,
/// an editor everybody's.
/// </summary>
internal sealed class CardAccess(CardVaultDbContext db, Caller caller)
{
    public bool EditsAll => caller.Can(CardVaultPermissions.EditAll);

    public bool CanEdit(Guid owner) => EditsAll || (caller.Can(CardVaultPermissions.Edit) && owner == caller.PersonId);

    public bool CanEdit(Card card, IReadOnlyDictionary<Guid, CollectionFacts> collections) =>
        CanEdit(card.CollectionId is { } id && collections.TryGetValue(id, out var collection) ? collection.OwnerId : card.CreatedBy);

    /// <summary>The collections among these ids that the tenant has.</summary>
    public async Task<IReadOnlyDictionary<Guid, CollectionFacts>> CollectionsAsync(IEnumerable<Guid?> ids, CancellationToken cancellationToken)
    {
        var wanted = ids.OfType<Guid>().Distinct().ToArray();
        return wanted.Length == 0
            ? new Dictionary<Guid, CollectionFacts>()
            : await db.Collections.AsNoTracking().Where(collection => wanted.Contains(collection.Id))
                .Select(collection => new CollectionFacts(collection.Id, collection.Name, collection.OwnerId))
                .ToDictionaryAsync(collection => collection.Id, cancellationToken);
    }
}

/// <summary>What a card shows of its collection.</summary>
internal sealed record CollectionFacts(Guid Id, string Name, Guid OwnerId);
