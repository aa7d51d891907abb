using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules;
using Rowhouse.Modules.Access;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>What a person is where, in the words of the API.</summary>
internal sealed class Memberships(PlatformDbContext db, IEnumerable<Module> modules)
{
    /// <summary>Far above what anybody has; the list is not paged because a session carries it whole.</summary>
    private const int Most = 500;

    public async Task<IReadOnlyList<TenantMembership>> OfAsync(Guid person, CancellationToken cancellationToken)
    {
        var found = await db.Members.AsNoTracking()
            .Where(membership => membership.PersonId == person && !RegisteredTenant.Gone.Contains(membership.Tenant!.Status))
            .OrderBy(membership => membership.Tenant!.NameKey)
            .Take(Most)
            .Select(membership => new { membership.Role, Tenant = membership.Tenant!, Products = membership.Tenant!.Subscriptions.Select(subscription => subscription.Product).ToList() })
            .ToListAsync(cancellationToken);
        return
        [
            .. found.Select(membership => new TenantMembership(
                membership.Tenant.Id.Value,
                membership.Tenant.Slug.Value,
                membership.Tenant.Name,
                RoleWords.Of(membership.Role),
                TenantWords.Of(membership.Tenant.Status),
                [.. membership.Products.Order(StringComparer.Ordinal)],
                PermissionsOf(membership.Role, membership.Products),
                membership.Tenant.TimeZone,
                membership.Tenant.Currency,
                membership.Tenant.Locale)),
        ];
    }

    private List<string> PermissionsOf(Role role, List<string> products) =>
    [
        .. modules.Where(module => products.Contains(module.Info.Name))
            .SelectMany(module => module.Info.Permissions)
            .Concat(PlatformPermissions.All)
            .Where(permission => role >= permission.Lowest)
            .Select(permission => permission.Name)
            .Order(StringComparer.Ordinal),
    ];
}
