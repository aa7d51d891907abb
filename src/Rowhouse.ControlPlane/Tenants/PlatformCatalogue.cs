using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>The tenants of the platform, for the directory.</summary>
internal sealed class PlatformCatalogue(IDbContextFactory<PlatformDbContext> contexts, PostgresStore store, DirectoryOptions options, SessionCache sessions) : ITenantCatalogue
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
            var batch = await TranslateAsync(() => All(db)
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
        var ids = await TranslateAsync(() => db.Identifiers
            .Where(identifier => kinds.Contains(identifier.Kind) && values.Contains(identifier.Value))
            .Select(identifier => identifier.TenantId)
            .Distinct()
            .ToListAsync(cancellationToken));
        return await ReadAsync(ids, cancellationToken);
    }

    public async IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var listener = await TranslateAsync(() => CatalogueListener.OpenAsync(store.Connections.ControlDirect, store.Control, options.Poll, cancellationToken));

        // What was told of people before was not heard here.
        sessions.Clear();
        while (true)
        {
            var oldest = await TranslateAsync(() => listener.OldestTransactionAsync(cancellationToken));
            await foreach (var batch in ReadChangesAsync(oldest, cancellationToken))
            {
                yield return batch;
            }

            readTo = oldest; // only now: what could not be read is read again
            while (await TranslateAsync(() => listener.NextAsync(cancellationToken)) is { } news)
            {
                if (news.People.Count > 0)
                {
                    sessions.ForgetPeople(news.People);
                }

                if (news.Tenants.Count > 0)
                {
                    yield return await ReadAsync(news.Tenants, cancellationToken);
                }
            }
        }
    }

    /// <summary>What was changed by transactions that had not ended at the last reading; at least one batch, so that there is a sign of life.</summary>
    private async IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> ReadChangesAsync(ulong oldest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (readTo is not { } since)
        {
            yield return [];
            yield break;
        }

        if (oldest < since)
        {
            // Another server has taken over that had not heard of everything.
            since = 0;
        }

        var last = Guid.Empty;
        while (true)
        {
            var (from, after) = (since, last);
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var batch = await TranslateAsync(() => All(db)
                .Where(tenant => EF.Property<ulong>(tenant, RegisteredTenantConfiguration.ChangedIn) > from
                    || (EF.Property<ulong>(tenant, RegisteredTenantConfiguration.ChangedIn) == from && ((Guid)(object)tenant.Id).CompareTo(after) > 0))
                .OrderBy(tenant => EF.Property<ulong>(tenant, RegisteredTenantConfiguration.ChangedIn))
                .ThenBy(tenant => tenant.Id)
                .Take(Batch)
                .Select(tenant => new { Tenant = tenant, ChangedIn = EF.Property<ulong>(tenant, RegisteredTenantConfiguration.ChangedIn) })
                .AsSplitQuery()
                .ToListAsync(cancellationToken));
            yield return batch.ConvertAll(changed => changed.Tenant.ToEntry());
            if (batch.Count < Batch)
            {
                yield break;
            }

            (since, last) = (batch[^1].ChangedIn, batch[^1].Tenant.Id.Value);
        }
    }

    private static IQueryable<RegisteredTenant> All(PlatformDbContext db) =>
        db.Tenants.AsNoTracking().Include(tenant => tenant.Identifiers).Include(tenant => tenant.Subscriptions);

    private async Task<IReadOnlyList<CatalogueEntry>> ReadAsync(IReadOnlyCollection<TenantId> ids, CancellationToken cancellationToken)
    {
        var entries = new List<CatalogueEntry>(ids.Count);
        foreach (var some in ids.Chunk(Batch))
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var tenants = await TranslateAsync(() => All(db).Where(tenant => some.Contains(tenant.Id)).AsSplitQuery().ToListAsync(cancellationToken));
            entries.AddRange(tenants.Select(tenant => tenant.ToEntry()));
        }

        return entries;
    }

    // EF Core wraps what may pass by itself. What PostgreSQL refuses for good, such as a missing right, is a fault and no outage.
    private static async Task<T> TranslateAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is NpgsqlException and not PostgresException { IsTransient: false } or TimeoutException or InvalidOperationException { InnerException: NpgsqlException })
        {
            throw new CatalogueUnreachableException("The control database cannot be asked.", exception);
        }
    }
}
