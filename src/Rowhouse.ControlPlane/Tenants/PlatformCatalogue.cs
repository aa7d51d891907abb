using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>The tenants of the platform, for the directory.</summary>
internal sealed class PlatformCatalogue(IDbContextFactory<PlatformDbContext> contexts, CatalogueNotices notices) : ITenantCatalogue
{
    private const int Batch = 1000;

    // Each transaction that had not ended when the tenants were read before is at or above this.
    private ulong? readTo;

    public async IAsyncEnumerable<CatalogueEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var last = "";
        while (true)
        {
            var after = last;
            var batch = await Reaching(() => All(db)
                .Where(tenant => ((string)(object)tenant.Slug).CompareTo(after) > 0)
                .OrderBy(tenant => tenant.Slug)
                .Take(Batch)
                .AsSplitQuery()
                .ToListAsync(cancellationToken));
            foreach (var tenant in batch)
            {
                yield return tenant.ToEntry();
            }

            if (batch.Count < Batch)
            {
                yield break;
            }

            last = batch[^1].Slug.Value;
        }
    }

    public async ValueTask<IReadOnlyList<CatalogueEntry>> FindAsync(IReadOnlyCollection<Identifier> identifiers, CancellationToken cancellationToken = default)
    {
        var kinds = identifiers.Select(identifier => identifier.Kind).Distinct().ToArray();
        var values = identifiers.Select(identifier => identifier.Value).ToArray();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);

        // A value of another kind is read too: rare, and no harm.
        var ids = await Reaching(() => db.Identifiers
            .Where(identifier => kinds.Contains(identifier.Kind) && values.Contains(identifier.Value))
            .Select(identifier => identifier.TenantId)
            .Distinct()
            .ToListAsync(cancellationToken));
        return await ReadAsync(ids, cancellationToken);
    }

    public async IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var listening = await Reaching(() => notices.ListenAsync(cancellationToken));
        while (true)
        {
            var oldest = await Reaching(() => listening.OldestTransactionAsync(cancellationToken));
            yield return readTo is { } since ? await ReadAsync(tenant => EF.Property<ulong>(tenant, RegisteredTenantConfiguration.ChangedIn) >= since, cancellationToken) : [];
            readTo = oldest; // only now: what could not be read is read again
            while (await Reaching(() => listening.NextAsync(cancellationToken)) is { } changed)
            {
                if (changed.Count > 0)
                {
                    yield return await ReadAsync(changed, cancellationToken);
                }
            }
        }
    }

    private static IQueryable<RegisteredTenant> All(PlatformDbContext db) =>
        db.Tenants.AsNoTracking().Include(tenant => tenant.Identifiers).Include(tenant => tenant.Subscriptions);

    private async Task<IReadOnlyList<CatalogueEntry>> ReadAsync(IReadOnlyCollection<TenantId> ids, CancellationToken cancellationToken)
    {
        var entries = new List<CatalogueEntry>(ids.Count);
        foreach (var some in ids.Chunk(Batch))
        {
            entries.AddRange(await ReadAsync(tenant => some.Contains(tenant.Id), cancellationToken));
        }

        return entries;
    }

    private async Task<IReadOnlyList<CatalogueEntry>> ReadAsync(Expression<Func<RegisteredTenant, bool>> which, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var tenants = await Reaching(() => All(db).Where(which).AsSplitQuery().ToListAsync(cancellationToken));
        return tenants.ConvertAll(tenant => tenant.ToEntry());
    }

    // EF Core wraps what may pass by itself.
    private static async Task<T> Reaching<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or InvalidOperationException { InnerException: NpgsqlException })
        {
            throw new CatalogueUnreachableException("The control database cannot be asked.", exception);
        }
    }
}
