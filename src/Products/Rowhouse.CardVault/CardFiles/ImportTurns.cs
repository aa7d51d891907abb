using Rowhouse.Modules.Http;
using Rowhouse.Tenancy;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>Imports: each holds its file in memory, so a node runs few, and a tenant one.</summary>
internal sealed class ImportTurns() : Turns<TenantId>(Each(1, tenant => tenant), Each(NodeLimit, _ => 0))
{
    public const int NodeLimit = 4;
}
