using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.People;

/// <summary>A person in one tenant.</summary>
internal sealed class Membership
{
    public required TenantId TenantId { get; init; }

    public required Guid PersonId { get; init; }

    public required Role Role { get; set; }

    public required DateTimeOffset JoinedAt { get; init; }

    public RegisteredTenant? Tenant { get; init; }

    public Person? Person { get; init; }
}
