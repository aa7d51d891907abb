using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

internal static class TenantFinder
{
    /// <summary>A tenant by its id, slug or external id, with all that leads to it and all it subscribes to.</summary>
    public static Task<RegisteredTenant?> FindTenantAsync(this PlatformDbContext db, string idOrSlug, CancellationToken cancellationToken)
    {
        var value = idOrSlug.ToLowerInvariant();
        return db.Tenants
            .Include(tenant => tenant.Identifiers)
            .Include(tenant => tenant.Subscriptions)
            .SingleOrDefaultAsync(
                tenant => db.Identifiers.Any(identifier => identifier.Kind == IdentifierKind.Name && identifier.Value == value && identifier.TenantId == tenant.Id),
                cancellationToken);
    }
}
