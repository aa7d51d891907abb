using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Placements;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>The stores that a parameter or a filter may name.</summary>
internal sealed class StoreNames(PlatformDbContext db)
{
    // More than anybody reads.
    private const int MostShown = 20;

    /// <summary>Says why a value names no store with homes of a kind.</summary>
    /// <returns><see langword="null"/> where it does.</returns>
    public async Task<string?> ExplainAsync(PlacementKind kind, string value, CancellationToken cancellationToken)
    {
        if (kind is PlacementKind.Dedicated && value == PlatformParameters.LeastFull)
        {
            return null;
        }

        var stores = db.Stores.AsNoTracking().Where(store => store.Kind == kind);
        if (await stores.AnyAsync(store => store.Name == value, cancellationToken))
        {
            return null;
        }

        return $"No store for {TenantWords.Of(kind)} homes has this name. There are: {await ListAsync(stores, cancellationToken)}{(kind is PlacementKind.Dedicated ? $"; or {PlatformParameters.LeastFull}" : "")}.";
    }

    /// <summary>Says why a value names no store of any kind.</summary>
    /// <returns><see langword="null"/> where it does.</returns>
    public async Task<string?> ExplainAsync(string value, CancellationToken cancellationToken)
    {
        var stores = db.Stores.AsNoTracking();
        return await stores.AnyAsync(store => store.Name == value, cancellationToken) ? null : $"No store has this name. There are: {await ListAsync(stores, cancellationToken)}.";
    }

    private static async Task<string> ListAsync(IQueryable<RegisteredStore> stores, CancellationToken cancellationToken) =>
        string.Join(", ", await stores.OrderBy(store => store.Name).Select(store => store.Name).Take(MostShown).ToListAsync(cancellationToken));
}
