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
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Collections;

/// <summary>Shows a collection.</summary>
internal static class GetCollection
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/collections/{id:guid}", HandleAsync)
            .WithName(nameof(GetCollection))
            .WithSummary("Show a collection.")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(CardVaultProblems.UnknownCollection);

    private static async Task<Results<Ok<CollectionResponse>, ProblemHttpResult>> HandleAsync(Guid id, CardVaultDbContext db, CardAccess access, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await db.Collections.AsNoTracking().Where(collection => collection.Id == id).WithCounts(db).FirstOrDefaultAsync(cancellationToken) is not { } found)
        {
            return CardVaultProblems.UnknownCollection.With("No collection of this tenant has this id.");
        }

        EntityTag.Set(response, found.Collection.Version);
        return TypedResults.Ok(found.ToResponse(access));
    }
}
