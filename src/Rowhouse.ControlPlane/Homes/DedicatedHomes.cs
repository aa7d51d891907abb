using System.Text;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Placements;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Homes;

/// <summary>The dedicated homes that the control plane has made.</summary>
internal sealed class DedicatedHomes(IDbContextFactory<PlatformDbContext> contexts, ITenantKeys keys, StoreRegistry stores) : IDedicatedHomes
{
    // In these a tenant's home is there, whole.
    private static readonly TenantStatus[] Housed = [TenantStatus.Active, TenantStatus.Suspended, TenantStatus.Moving];

    public ValueTask<string> GetPasswordAsync(TenantId tenant, Placement home, CancellationToken cancellationToken = default) => GetPasswordAsync(tenant, home.Database, cancellationToken);

    /// <summary>The password of the login of a tenant's home.</summary>
    public async ValueTask<string> GetPasswordAsync(TenantId tenant, string name, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var home = await db.Homes.AsNoTracking().SingleOrDefaultAsync(known => known.Name == name && known.TenantId == tenant, cancellationToken)
            ?? throw new InvalidOperationException($"{name} is no home of the tenant {tenant}.");
        var key = await keys.GetAsync(tenant, home.KeyVersion, cancellationToken);
        return Encoding.UTF8.GetString(key.Open(Home.PurposeOf(name), home.Password));
    }

    public HomeStore FindStore(string name) => stores.Find(name);

    public Task<IReadOnlyList<HomeStore>> ListStoresAsync(CancellationToken cancellationToken = default) => stores.ReadAsync(cancellationToken);

    public async Task<IReadOnlyList<(TenantId Tenant, Placement Home)>> FindAsync(TenantId? after, int most, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var last = after?.Value ?? Guid.Empty;
        var rows = await db.Tenants.AsNoTracking()
            .Where(tenant => tenant.PlacementKind == PlacementKind.Dedicated && ((Guid)(object)tenant.Id).CompareTo(last) > 0 && Housed.Contains(tenant.Status))
            .OrderBy(tenant => tenant.Id)
            .Take(most)
            .Select(tenant => new { tenant.Id, tenant.Store, tenant.Database, tenant.Generation })
            .ToListAsync(cancellationToken);
        return rows.ConvertAll(row => (row.Id, new Placement(PlacementKind.Dedicated, row.Store, row.Database, row.Generation)));
    }
}
