using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Which state of a tenant follows which.</summary>
internal static class TenantLife
{
    private static readonly Dictionary<TenantStatus, TenantStatus[]> Allowed = new()
    {
        [TenantStatus.Pending] = [TenantStatus.Creating, TenantStatus.Deleting],
        [TenantStatus.Creating] = [TenantStatus.Active, TenantStatus.Failed, TenantStatus.Deleting],
        [TenantStatus.Active] = [TenantStatus.Suspended, TenantStatus.Moving, TenantStatus.Deleting],
        [TenantStatus.Suspended] = [TenantStatus.Active, TenantStatus.Moving, TenantStatus.Deleting],
        [TenantStatus.Moving] = [TenantStatus.Active, TenantStatus.Suspended],
        [TenantStatus.Failed] = [TenantStatus.Creating, TenantStatus.Deleting],
        [TenantStatus.Deleting] = [TenantStatus.Deleted, TenantStatus.Failed],
        [TenantStatus.Deleted] = [TenantStatus.Active, TenantStatus.Suspended, TenantStatus.Purged, TenantStatus.Erased],
        [TenantStatus.Purged] = [TenantStatus.Erased],
        [TenantStatus.Erased] = [],
    };

    /// <summary>What a tenant in this state can become.</summary>
    public static IReadOnlyList<TenantStatus> Following(TenantStatus status) => Allowed[status];
}
