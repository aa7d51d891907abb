using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>The words of the API for what tenants are and where they live.</summary>
internal static class TenantWords
{
    public const string Public = "public";
    public const string Private = "private";

    /// <summary>What programs that came before are told as the table of tenants that have none of their own.</summary>
    public const string SharedTable = "shared";

    public static string Of(TenantStatus status) => status.ToString().ToLowerInvariant();

    public static string Of(PlacementKind kind) => kind.ToString().ToLowerInvariant();

    public static string CloudTypeOf(PlacementKind kind) => kind is PlacementKind.Shared ? Public : Private;

    public static string ProvisioningOf(TenantStatus status) => status switch
    {
        TenantStatus.Pending => "pending",
        TenantStatus.Creating => "creating",
        TenantStatus.Active or TenantStatus.Suspended or TenantStatus.Moving => "active",
        TenantStatus.Failed => "failed",
        TenantStatus.Deleting => "deleting",
        _ => "absent",
    };
}
