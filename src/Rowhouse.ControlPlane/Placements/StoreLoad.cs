using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>A store, how many tenants it has, and how many homes are ready for more.</summary>
internal sealed record StoreLoad(RegisteredStore Store, int Tenants, int PooledHomes)
{
    // As many databases as one server was seen to carry with ease: what counts where nobody has said how many it takes.
    private const int UsualCapacity = 1000;

    /// <summary>How full it is, from 0 on.</summary>
    public double Share => (double)Tenants / (Store.Capacity ?? UsualCapacity);

    public StoreResponse ToResponse() => Store.ToResponse(Tenants, PooledHomes);

    public bool HasRoom => Store.Capacity is not { } capacity || Tenants < capacity;
}

internal static class StoreLoads
{
    /// <summary>Stores with how many tenants and ready homes they have: all that are neither purged nor erased, deleted ones too.</summary>
    public static IQueryable<StoreLoad> WithLoad(this IQueryable<RegisteredStore> stores, PlatformDbContext db) => stores.Select(store => new StoreLoad(
        store, db.Tenants.Count(tenant => tenant.Store == store.Name && tenant.Status != TenantStatus.Purged && tenant.Status != TenantStatus.Erased),
        db.PooledHomes.Count(home => home.Store == store.Name && home.IsReady)));
}
