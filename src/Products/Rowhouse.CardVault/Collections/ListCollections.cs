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
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/collections", HandleAsync)
            .WithName(nameof(ListCollections))
            .WithSummary("List the collections.")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<CollectionResponse>>, ProblemHttpResult>> HandleAsync([AsParameters] PageQuery page, CardVaultDbContext db, CardAccess access, CancellationToken cancellationToken)
    {
        if (!page.TryRead(["name"], "name", keys: 2, out var order, out var problem))
        {
            return problem;
        }

        var collections = db.Collections.AsNoTracking();
        long? total = order.Count ? await collections.LongCountAsync(cancellationToken) : null;
        if (order.After is not null)
        {
            var (lastName, lastId) = (order.After[0] ?? "", order.AfterValue<Guid>(1));
            collections = order.Descending
                ? collections.Where(collection => EF.Functions.LessThan(ValueTuple.Create(collection.NameKey, collection.Id), ValueTuple.Create(lastName, lastId)))
                : collections.Where(collection => EF.Functions.GreaterThan(ValueTuple.Create(collection.NameKey, collection.Id), ValueTuple.Create(lastName, lastId)));
        }

        collections = order.Descending
            ? collections.OrderByDescending(collection => collection.NameKey).ThenByDescending(collection => collection.Id)
            : collections.OrderBy(collection => collection.NameKey).ThenBy(collection => collection.Id);
        var rows = await collections.Take(order.Take).WithCounts(db).ToListAsync(cancellationToken);
        return TypedResults.Ok(order.ToPage(rows, row => row.ToResponse(access), row => [row.Collection.NameKey, PageOrder.Key(row.Collection.Id)], total));
    }
}
