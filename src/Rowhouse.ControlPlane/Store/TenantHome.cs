using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Store;

/// <summary>That a tenant lives in this database and may write here: a row of the kernel's <c>tenancy.homes</c>.</summary>
internal sealed class TenantHome
{
    public required TenantId TenantId { get; init; }

    public required int Generation { get; init; }
}
