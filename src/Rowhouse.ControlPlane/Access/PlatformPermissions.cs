using Rowhouse.Modules.Access;

namespace Rowhouse.ControlPlane.Access;

/// <summary>What the control plane's endpoints inside a tenant ask for.</summary>
internal static class PlatformPermissions
{
    public static readonly Permission ReadMembers = new("platform.members.read", Role.Admin);
    public static readonly Permission EditMembers = new("platform.members.edit", Role.Admin);
    public static readonly Permission ReadDomains = new("platform.domains.read", Role.Admin);
    public static readonly Permission EditDomains = new("platform.domains.edit", Role.Admin);
    public static readonly Permission ReadAudit = new("platform.audit.read", Role.Admin);

    public static readonly IReadOnlyList<Permission> All = [ReadMembers, EditMembers, ReadDomains, EditDomains, ReadAudit];
}
