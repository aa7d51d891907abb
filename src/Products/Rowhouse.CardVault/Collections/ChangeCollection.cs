using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Collections;

/// <summary>Renames a collection.</summary>
internal static class ChangeCollection
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPatch("/collections/{id:guid}", HandleAsync)
            .WithName(nameof(ChangeCollection))
            .WithSummary("Rename a collection.")
            .RequirePermission(CardVaultPermissions.Edit)
            .WithProblems(RequestProblems.Invalid, RequestProblems.ChangedMeanwhile, CardVaultProblems.UnknownCollection, CardVaultProblems.NotYours, CardVaultProblems.DuplicateCollection);

    private static async Task<Results<Ok<CollectionResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, CollectionRequest request, CardVaultDbContext db, CardAccess access, HttpContext http, CancellationToken cancellationToken)
    {
        if (CollectionName.Refuse(request.Name) is { } refused)
        {
            return refused;
        }

        if (await db.Collections.FirstOrDefaultAsync(collection => collection.Id == id, cancellationToken) is not { } collection)
        {
            return CardVaultProblems.UnknownCollection.With("No collection of this tenant has this id.");
        }

        if (!access.CanEdit(collection.OwnerId))
        {
            return CardVaultProblems.NotYours.With("The collection is somebody else's. A member changes collections of their own.");
        }

        if (EntityTag.Check(http.Request, collection.Version) is { } stale)
        {
            return stale;
        }

        if (request.Name.Trim() != collection.Name)
        {
            collection.Rename(request.Name);
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return RequestProblems.ChangedMeanwhile.With("The collection was changed or deleted while this was under way. Look at it again.");
        }
        catch (DbUpdateException taken) when (CollectionName.IsTaken(taken))
        {
            return CollectionName.Taken(collection.Name);
        }

        EntityTag.Set(http.Response, collection.Version);
        var counted = await db.Collections.AsNoTracking().Where(row => row.Id == id).WithCounts(db).FirstOrDefaultAsync(cancellationToken);
        return TypedResults.Ok((counted ?? new(collection, 0, 0)).ToResponse(access));
    }
}
