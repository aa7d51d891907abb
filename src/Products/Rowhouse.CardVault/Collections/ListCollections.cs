using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Collections;

/// <summary>Lists the tenant's collections by name.</summary>
internal static class ListCollections
{
    public static PageSorts<Collection> Sorts { get; } = new() { { "name", collection => ValueTuple.Create(collection.NameKey) } };

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/collections", HandleAsync)
            .WithName(nameof(ListCollections))
            .WithSummary("List the collections.")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<CollectionResponse>>, ProblemHttpResult>> HandleAsync([AsParameters] PageQuery page, CardVaultDbContext db, CardAccess access, CancellationToken cancellationToken)
    {
        if (!page.TryRead(Sorts, "name", out var order, out var problem))
        {
            return problem;
        }

        var collections = db.Collections.AsNoTracking();
        long? total = order.Count ? await collections.LongCountAsync(cancellationToken) : null;
        var rows = await order.Page(collections).WithCounts(db).ToListAsync(cancellationToken);
        return TypedResults.Ok(order.ToPage(rows, row => row.Collection, row => row.ToResponse(access), total));
    }
}
