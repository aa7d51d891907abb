using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.CardVault.Collections;

/// <summary>
/// Deletes a collection. Its cards are never deleted with it: while it has any, it is refused, unless the caller says
/// that they become loose. Then each belongs to the person who made it.
/// </summary>
internal static class DeleteCollection
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapDelete("/collections/{id:guid}", HandleAsync)
            .WithName(nameof(DeleteCollection))
            .WithSummary("Delete a collection. With ?cards=loose its cards are kept as loose ones, else it must be empty.")
            .RequirePermission(CardVaultPermissions.Edit)
            .WithProblems(
                RequestProblems.Invalid, RequestProblems.ChangedMeanwhile,
                CardVaultProblems.UnknownCollection, CardVaultProblems.NotYours, CardVaultProblems.CollectionNotEmpty, CardVaultProblems.CollectionChanged);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Guid id,
        [Description("loose: its cards stay, in no collection."), RegularExpression("^loose$", ErrorMessage = "cards is loose, or left out.")] string? cards,
        CardVaultDbContext db,
        CardAccess access,
        TimeProvider clock,
        HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (await db.Collections.AsNoTracking().FirstOrDefaultAsync(collection => collection.Id == id, cancellationToken) is not { } collection)
        {
            return CardVaultProblems.UnknownCollection.With("No collection of this tenant has this id.");
        }

        if (!access.CanEdit(collection.OwnerId))
        {
            return CardVaultProblems.NotYours.With("The collection is somebody else's. A member deletes collections of their own.");
        }

        if (EntityTag.Check(request, collection.Version) is { } stale)
        {
            return stale;
        }

        if (cards is null && await db.Cards.CountAsync(card => card.CollectionId == id, cancellationToken) is > 0 and var count)
        {
            return CardVaultProblems.CollectionNotEmpty.With($"The collection is not empty (cards: {count}). Move them first, or delete it with cards=loose to keep them in no collection.");
        }

        try
        {
            await db.InTransactionAsync(cancelled => RemoveAsync(db, collection, loosen: cards is not null, clock.GetUtcNow(), cancelled), cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return RequestProblems.ChangedMeanwhile.With("The collection was changed or deleted while this was under way. Look at it again.");
        }
        catch (DbUpdateException refused) when (CardConflicts.Explain(refused) is { } problem)
        {
            return problem;
        }

        return TypedResults.NoContent();
    }

    private static async Task<int> RemoveAsync(CardVaultDbContext db, Collection collection, bool loosen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (loosen)
        {
            await db.Cards.Where(card => card.CollectionId == collection.Id).ExecuteUpdateAsync(
                row => row
                    .SetProperty(card => card.CollectionId, (Guid?)null)
                    .SetProperty(card => card.UpdatedAt, now)
                    .SetProperty(card => card.Version, card => card.Version + 1),
                cancellationToken);
        }

        db.Collections.Remove(collection);
        return await db.SaveChangesAsync(cancellationToken);
    }
}
