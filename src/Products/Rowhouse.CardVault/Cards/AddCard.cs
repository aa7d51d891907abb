using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Cards;

/// <summary>Adds a card, from a checklist or free-form.</summary>
internal static class AddCard
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/cards", HandleAsync)
            .WithName(nameof(AddCard))
            .WithSummary("Add a card, from a checklist or free-form.")
            .DisableValidation() // CardRules says it all, and what needs the checklists together with the rest
            .RequirePermission(CardVaultPermissions.Edit)
            .WithIdempotency<CardVaultDbContext>()
            .WithProblems(RequestProblems.Invalid, CardVaultProblems.NotYours, CardVaultProblems.DuplicateCertificate, CardVaultProblems.CollectionChanged);

    private static async Task<Results<Created<CardResponse>, ProblemHttpResult>> HandleAsync(
        CardRequest request, CardVaultDbContext db, ChecklistLookup checklists, CardAccess access, Caller caller, TimeProvider clock, HttpContext http, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var draft = CardRules.Check(request, await checklists.FindAsync(request.ChecklistCardId, cancellationToken), errors);
        var collections = await access.CollectionsAsync([request.CollectionId], cancellationToken);
        if (request.CollectionId is { } collectionId && !collections.ContainsKey(collectionId))
        {
            errors.Add("collectionId", "There is no such collection.");
        }

        if (draft is null || !errors.IsEmpty)
        {
            return RequestProblems.Invalid.With("The card cannot be like that; errors says why.", errors.ToDictionary());
        }

        if (draft.CollectionId is { } target && !access.CanEdit(collections[target].OwnerId))
        {
            return CardVaultProblems.NotYours.With("The collection is somebody else's. A member adds cards to collections of their own.");
        }

        var now = clock.GetUtcNow();
        var card = new Card(Guid.CreateVersion7(now), draft, caller.PersonId, now);
        db.Cards.Add(card);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException refused) when (CardConflicts.Explain(refused) is { } problem)
        {
            return problem;
        }

        EntityTag.Set(http.Response, card.Version);
        return TypedResults.Created($"/api/cardvault/cards/{card.Id}", card.ToResponse(collections, access));
    }
}
