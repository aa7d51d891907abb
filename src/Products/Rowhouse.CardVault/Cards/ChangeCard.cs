using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Cards;

/// <summary>Changes a card by a JSON merge patch; the card as it would become is checked as a whole.</summary>
internal static class ChangeCard
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPatch("/cards/{id:guid}", HandleAsync)
            .WithName(nameof(ChangeCard))
            .WithSummary("Change a card: fields that are absent stay, null takes away (RFC 7396).")
            .Accepts<CardRequest>("application/merge-patch+json", "application/json")
            .RequirePermission(CardVaultPermissions.Edit)
            .WithProblems(
                RequestProblems.Invalid, RequestProblems.Malformed, RequestProblems.ChangedMeanwhile,
                CardVaultProblems.UnknownCard, CardVaultProblems.NotYours, CardVaultProblems.DuplicateCertificate, CardVaultProblems.CollectionChanged);

    private static async Task<Results<Ok<CardResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, CardVaultDbContext db, ChecklistLookup checklists, CardAccess access, IOptions<JsonOptions> json, TimeProvider clock, HttpContext http, CancellationToken cancellationToken)
    {
        // Read here, not bound: the document then shows the fields of a card instead of any JSON.
        var patch = await MergePatch.ReadAsync(http.Request, cancellationToken);
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return RequestProblems.Malformed.With("A change is a JSON object with the fields to change.");
        }

        if (await db.Cards.FirstOrDefaultAsync(card => card.Id == id, cancellationToken) is not { } card)
        {
            return CardVaultProblems.UnknownCard.With("No card of this tenant has this id.");
        }

        // The merge would take "Player" for a field of its own, which the serializer then takes for the player.
        if (MergePatch.Unknown<CardRequest>(patch, json.Value.SerializerOptions) is { Count: > 0 } unknown)
        {
            return RequestProblems.Invalid.With("The change names fields that a card does not have.", unknown);
        }

        var request = Merge(card, patch, json.Value.SerializerOptions, out var changes);
        var collections = await access.CollectionsAsync([card.CollectionId, request.CollectionId], cancellationToken);
        if (!access.CanEdit(card, collections))
        {
            return CardVaultProblems.NotYours.With("The card is somebody else's. A member changes cards of their own.");
        }

        if (EntityTag.Check(http.Request, card.Version) is { } stale)
        {
            return stale;
        }

        if (!changes)
        {
            EntityTag.Set(http.Response, card.Version);
            return TypedResults.Ok(card.ToResponse(collections, access));
        }

        var errors = new FieldErrors();
        var draft = CardRules.Check(request, await checklists.FindAsync(request.ChecklistCardId, cancellationToken), errors);
        if (request.CollectionId is { } collectionId && !collections.ContainsKey(collectionId))
        {
            errors.Add("collectionId", "There is no such collection.");
        }

        if (draft is null || !errors.IsEmpty)
        {
            return RequestProblems.Invalid.With("The card cannot become like that; errors says why.", errors.ToDictionary());
        }

        if (draft.CollectionId is { } target && !access.CanEdit(collections[target].OwnerId))
        {
            return CardVaultProblems.NotYours.With("The collection is somebody else's. A member puts cards into collections of their own.");
        }

        // They cannot be typed: what a card kept when it left its checklist it keeps.
        card.Become(draft.ChecklistCardId is null ? draft with { Attributes = card.Attributes, Variation = card.Variation } : draft, clock.GetUtcNow());
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return RequestProblems.ChangedMeanwhile.With("The card was changed or deleted while this was under way. Read it again, look at what changed, and decide anew.");
        }
        catch (DbUpdateException refused) when (CardConflicts.Explain(refused) is { } problem)
        {
            return problem;
        }

        EntityTag.Set(http.Response, card.Version);
        return TypedResults.Ok(card.ToResponse(collections, access));
    }

    private static CardRequest Merge(Card card, JsonElement patch, JsonSerializerOptions options, out bool changes)
    {
        // What a checklist says is no field of the card, unless the card leaves its checklist and takes it along.
        var leaves = card.CatalogueCardId is not null && patch.TryGetProperty("checklistCardId", out var checklist) && checklist.ValueKind == JsonValueKind.Null;
        var current = JsonSerializer.SerializeToNode(card.ToRequest(withFacts: card.CatalogueCardId is null || leaves), options);
        if (leaves && current is not null)
        {
            current["variationId"] = null;
        }

        var before = current?.DeepClone();
        try
        {
            var request = MergePatch.Apply(current, patch).Deserialize<CardRequest>(options) ?? new();
            changes = leaves || !JsonNode.DeepEquals(before, JsonSerializer.SerializeToNode(request, options));
            return request;
        }
        catch (JsonException wrong)
        {
            throw new BadHttpRequestException("The change does not fit a card.", wrong);
        }
    }
}
