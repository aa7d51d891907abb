using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Cards;

/// <summary>Deletes a card.</summary>
internal static class DeleteCard
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapDelete("/cards/{id:guid}", HandleAsync)
            .WithName(nameof(DeleteCard))
            .WithSummary("Delete a card.")
            .RequirePermission(CardVaultPermissions.Edit)
            .WithProblems(CardVaultProblems.UnknownCard, CardVaultProblems.NotYours, RequestProblems.ChangedMeanwhile);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(Guid id, CardVaultDbContext db, CardAccess access, HttpRequest request, CancellationToken cancellationToken)
    {
        if (await db.Cards.FirstOrDefaultAsync(card => card.Id == id, cancellationToken) is not { } card)
        {
            return CardVaultProblems.UnknownCard.With("No card of this tenant has this id.");
        }

        if (!access.CanEdit(card, await access.CollectionsAsync([card.CollectionId], cancellationToken)))
        {
            return CardVaultProblems.NotYours.With("The card is somebody else's. A member deletes cards of their own.");
        }

        if (EntityTag.Check(request, card.Version) is { } stale)
        {
            return stale;
        }

        db.Cards.Remove(card);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return RequestProblems.ChangedMeanwhile.With("The card was changed or deleted while this was under way. Look at it again.");
        }

        return TypedResults.NoContent();
    }
}
