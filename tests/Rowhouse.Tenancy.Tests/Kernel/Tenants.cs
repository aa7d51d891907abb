
namespace Rowhouse.Tenancy.Tests.Kernel;

internal static class Tenants
{
    public static Tenant Make(string slug, TenantStatus status = TenantStatus.Active) => new()
    {
        Id = TenantId.New(TimeProvider.System),
        Slug = Slug.Parse(slug, null),
        Name = slug,
        Status = status,
        Placement = new(PlacementKind.Shared, Placement.SharedStore, "rowhouse", 1),
        Version = 1,
    };
}
