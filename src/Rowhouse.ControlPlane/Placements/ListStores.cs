using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>The stores of the installation.</summary>
internal static class ListStores
{
    public static PageSorts<RegisteredStore> Sorts { get; } = new() { { "name", store => ValueTuple.Create(store.Name) } };

    public static void Map(RouteGroupBuilder stores)
    {
        stores.MapGet("", ListAsync)
            .WithName(nameof(ListStores))
            .WithSummary("Where tenants can live, and how many do. Sorted by name.")
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);
        stores.MapGet("/{name}", GetAsync)
            .WithName("GetStore")
            .WithSummary("A store, and how many tenants it has.")
            .WithProblems(ControlPlaneProblems.UnknownStore);
    }

    /// <summary>The answer for a store that there is not.</summary>
    public static ProblemHttpResult Unknown() => ControlPlaneProblems.UnknownStore.With("No store has this name. GET /api/stores lists them.");

    private static async Task<Results<Ok<Page<StoreResponse>>, ProblemHttpResult>> ListAsync([AsParameters] PageQuery page, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (!page.TryRead(Sorts, "name", out var order, out var problem))
        {
            return problem;
        }

        var stores = db.Stores.AsNoTracking();
        var rows = await order.Page(stores).ToListAsync(cancellationToken);
        var names = rows.ConvertAll(store => store.Name);
        var loads = await stores.Where(store => names.Contains(store.Name)).WithLoad(db).ToDictionaryAsync(load => load.Store.Name, StringComparer.Ordinal, cancellationToken);
        return TypedResults.Ok(order.ToPage(rows, store => (loads.GetValueOrDefault(store.Name) ?? new(store, 0, 0)).ToResponse(), order.Count ? await stores.LongCountAsync(cancellationToken) : null));
    }

    private static async Task<Results<Ok<StoreResponse>, ProblemHttpResult>> GetAsync(string name, HttpResponse response, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (await db.Stores.AsNoTracking().Where(store => store.Name == name).WithLoad(db).SingleOrDefaultAsync(cancellationToken) is not { } found)
        {
            return Unknown();
        }

        EntityTag.Set(response, found.Store.Version);
        return TypedResults.Ok(found.ToResponse());
    }
}
