using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Cards;

/// <summary>Shows a card.</summary>
internal static class GetCard
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/cards/{id:guid}", HandleAsync)
            .WithName(nameof(GetCard))
            .WithSummary("Show a card.")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(CardVaultProblems.UnknownCard);

    private static async Task<Results<Ok<CardResponse>, ProblemHttpResult>> HandleAsync(Guid id, CardVaultDbContext db, CardAccess access, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await db.Cards.AsNoTracking().FirstOrDefaultAsync(card => card.Id == id, cancellationToken) is not { } card)
        {
            return CardVaultProblems.UnknownCard.With("No card of this tenant has this id.");
        }

        EntityTag.Set(response, card.Version);
        return TypedResults.Ok(card.ToResponse(await access.CollectionsAsync([card.CollectionId], cancellationToken), access));
    }
}
