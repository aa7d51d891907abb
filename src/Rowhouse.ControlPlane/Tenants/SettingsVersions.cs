using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Tenancy.Settings;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Lets every node know that a tenant's settings have changed: by the tenant's row, of whose changes they are told.</summary>
internal sealed class SettingsVersions(PlatformDbContext db) : IControlEventHandler<SettingsChanged>
{
    public const string Name = "platform.settings-versions";

    public async Task HandleAsync(SettingsChanged happened, TenantId? tenant, EventInfo info, CancellationToken cancellationToken)
    {
        if (tenant is { } id)
        {
            await db.Tenants.Where(known => known.Id == id).ExecuteUpdateAsync(set => set.SetProperty(known => known.SettingsVersion, known => known.SettingsVersion + 1), cancellationToken);
        }
    }
}
