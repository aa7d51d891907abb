using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

internal static class TenantFinder
{
    /// <summary>The tenant that an id, slug or external id leads to, where there is one.</summary>
    public static IQueryable<RegisteredTenant> TenantsNamed(this PlatformDbContext db, string idOrSlug)
    {
        var value = idOrSlug.ToLowerInvariant();
        return db.Tenants.Where(tenant => db.Identifiers.Any(identifier => identifier.Kind == IdentifierKind.Name && identifier.Value == value && identifier.TenantId == tenant.Id));
    }

    /// <summary>A tenant by its id, slug or external id, with all that leads to it, all it subscribes to and what has become of that.</summary>
    public static Task<RegisteredTenant?> FindTenantAsync(this PlatformDbContext db, string idOrSlug, CancellationToken cancellationToken) =>
        db.TenantsNamed(idOrSlug)
            .Include(tenant => tenant.Identifiers)
            .Include(tenant => tenant.Subscriptions)
            .Include(tenant => tenant.Products)
            .SingleOrDefaultAsync(cancellationToken);
}
