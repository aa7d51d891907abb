using Rowhouse.Modules.Http;
using Rowhouse.Tenancy;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>Exports: a person reads one or two, and those who read slowly leave room for others of their tenant and for other tenants.</summary>
internal sealed class ExportTurns() : Turns<(TenantId Tenant, Guid Person)>(
    Each(PersonLimit, owner => owner.Person), Each(TenantLimit, owner => owner.Tenant), Each(NodeLimit, _ => 0))
{
    public const int PersonLimit = 2;
    public const int TenantLimit = 4;
    public const int NodeLimit = 16;
}
