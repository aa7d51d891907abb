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
using Rowhouse.Modules.Idempotency;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Collections;

/// <summary>Makes a collection; it belongs to who makes it.</summary>
internal static class AddCollection
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/collections", HandleAsync)
            .WithName(nameof(AddCollection))
            .WithSummary("Make a collection of your own.")
            .RequirePermission(CardVaultPermissions.Edit)
            .WithIdempotency<CardVaultDbContext>()
            .WithProblems(RequestProblems.Invalid, CardVaultProblems.DuplicateCollection);

    private static async Task<Results<Created<CollectionResponse>, ProblemHttpResult>> HandleAsync(
        CollectionRequest request, CardVaultDbContext db, CardAccess access, Caller caller, TimeProvider clock, HttpResponse response, CancellationToken cancellationToken)
    {
        if (CollectionName.Refuse(request.Name) is { } refused)
        {
            return refused;
        }

        var now = clock.GetUtcNow();
        var collection = new Collection(Guid.CreateVersion7(now), request.Name, caller.PersonId, now);
        db.Collections.Add(collection);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException taken) when (CollectionName.IsTaken(taken))
        {
            return CollectionName.Taken(collection.Name);
        }

        EntityTag.Set(response, collection.Version);
        return TypedResults.Created($"/api/cardvault/collections/{collection.Id}", new CollectionMapping.Counted(collection, 0, 0).ToResponse(access));
    }
}
