using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Products;

/// <summary>Begins to set products up for their tenants.</summary>
internal sealed class TenantProducts(ProductProvisioners provisioners, TimeProvider clock)
{
    /// <summary>
    /// Begins with whatever a tenant subscribes to that was never set up, or stopped when its subscription ended, once its home is there; where there is nothing to
    /// set up the product is ready.
    /// The caller saves, and wakes the workers.
    /// </summary>
    /// <param name="db">Where it is kept.</param>
    /// <param name="tenant">The tenant, with all that it subscribes to.</param>
    public void Begin(PlatformDbContext db, RegisteredTenant tenant)
    {
        var now = clock.GetUtcNow();
        foreach (var name in tenant.Subscriptions.Select(subscription => subscription.Product))
        {
            var product = tenant.Products.Find(known => known.Product == name);
            if (product is null)
            {
                product = new() { TenantId = tenant.Id, Product = name, Since = now };
                tenant.Products.Add(product);
            }
            else if (product.IsBegun)
            {
                // Whoever sets it up may be about to stop, since nobody subscribed: of the two one comes first, and the other finds the row changed.
                db.Entry(product).Property(known => known.State).IsModified = true;
            }

            if (!tenant.IsHoused || product.IsBegun)
            {
                continue;
            }

            if (provisioners.HasNothingToSetUp(name))
            {
                product.Become(ProductState.Ready, reason: null, now);
                continue;
            }

            ProvisionProduct.Begin(db, product, now);
        }
    }
}

internal static class TenantProductFinder
{
    /// <summary>A product of a tenant, where it is kept: nobody else changes it before the transaction ends, and it is read as it stands then.</summary>
    public static async Task<TenantProduct?> HoldProductAsync(this PlatformDbContext db, TenantId tenant, string product, CancellationToken cancellationToken)
    {
        var held = db.TenantProducts.Where(known => known.TenantId == tenant && known.Product == product);
        await held.ExecuteUpdateAsync(set => set.SetProperty(known => known.HasChanged, known => known.HasChanged), cancellationToken);
        return await held.SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>Whether a tenant subscribes to a product. Where it does not, it stays so until the transaction ends, if the product is held.</summary>
    public static Task<bool> SubscribesAsync(this PlatformDbContext db, TenantId tenant, string product, CancellationToken cancellationToken) =>
        db.Subscriptions.AnyAsync(subscription => subscription.TenantId == tenant && subscription.Product == product, cancellationToken);
}
