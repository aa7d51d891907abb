using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

internal sealed class Subscription
{
    public required TenantId TenantId { get; init; }

    public required string Product { get; init; }

    public required DateTimeOffset Since { get; init; }
}
