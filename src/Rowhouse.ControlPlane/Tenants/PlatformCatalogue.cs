using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>The tenants of the platform, for the directory.</summary>
internal sealed class PlatformCatalogue(IDbContextFactory<PlatformDbContext> contexts) : ITenantCatalogue
{
    private const int Batch = 1000;

    public async IAsyncEnumerable<CatalogueEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        Slug? last = null;
        while (true)
        {
            var after = last?.Value ?? "";
            var batch = await All(db).Where(tenant => ((string)(object)tenant.Slug).CompareTo(after) > 0).OrderBy(tenant => tenant.Slug).Take(Batch).AsSplitQuery().ToListAsync(cancellationToken);
            foreach (var tenant in batch)
            {
                yield return tenant.ToEntry();
            }

            if (batch.Count < Batch)
            {
                yield break;
            }

            last = batch[^1].Slug;
        }
    }

    public async ValueTask<CatalogueEntry?> FindAsync(TenantId id, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await All(db).SingleOrDefaultAsync(tenant => tenant.Id == id, cancellationToken))?.ToEntry();
    }

    private static IQueryable<RegisteredTenant> All(PlatformDbContext db) =>
        db.Tenants.AsNoTracking().Include(tenant => tenant.Identifiers).Include(tenant => tenant.Subscriptions);
}
