using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.ControlPlane.Placements;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>The tenants of the platform, for the directory.</summary>
internal sealed class PlatformCatalogue(
    IDbContextFactory<PlatformDbContext> contexts, PostgresStore store, DirectoryOptions options, SessionCache sessions, StoreRegistry stores, ParameterFeed parameters) : ITenantCatalogue
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
            var page = await TranslateAsync(() => db.Tenants
                .Where(tenant => tenant.Status != TenantStatus.Purged && tenant.Status != TenantStatus.Erased && ((string)(object)tenant.Slug).CompareTo(after) > 0)
                .OrderBy(tenant => tenant.Slug)
                .Take(Batch)
                .Select(tenant => new { tenant.Id, tenant.Slug })
                .ToListAsync(cancellationToken));
            foreach (var entry in await ReadAsync(page.ConvertAll(tenant => tenant.Id), cancellationToken))
            {
                yield return entry;
            }

            if (page.Count < Batch)
            {
                yield break;
            }

            last = page[^1].Slug.Value;
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
        return [.. (await ReadAsync(ids, cancellationToken)).Where(entry => entry.Tenant.Status is not (TenantStatus.Purged or TenantStatus.Erased))];
    }

    public async IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var listener = await TranslateAsync(() => CatalogueListener.OpenAsync(store.Connections.ControlDirect, store.Control, options.Poll, cancellationToken));

        // What was told of people and parameters before was not heard here.
        sessions.Clear();
        parameters.Begin();
        try
        {
            while (true)
            {
                var (oldest, next) = await TranslateAsync(() => listener.TransactionsAsync(cancellationToken));
                parameters.TellPlatform();
                await foreach (var batch in ReadChangesAsync(oldest, next, cancellationToken))
                {
                    parameters.TellTenants([.. batch.Select(entry => entry.Tenant.Id)]);
                    yield return batch;
                }

                await TranslateAsync(() => stores.ReadAsync(cancellationToken));
                readTo = oldest; // only now: what could not be read is read again
                while (await TranslateAsync(() => listener.NextAsync(cancellationToken)) is { } news)
                {
                    Tell(news);
                    if (news.Stores)
                    {
                        await TranslateAsync(() => stores.ReadAsync(cancellationToken));
                    }

                    if (news.Tenants.Count > 0)
                    {
                        yield return await ReadAsync(news.Tenants, cancellationToken);
                    }
                }
            }
        }
        finally
        {
            parameters.Lose();
        }
    }

    private void Tell(CatalogueNews news)
    {
        if (news.People.Count > 0)
        {
            sessions.ForgetPeople(news.People);
        }

        if (news.Tenants.Count > 0)
        {
            parameters.TellTenants(news.Tenants);
        }

        if (news.Parameters)
        {
            parameters.TellPlatform();
        }
    }

    /// <summary>
    /// What was changed by transactions that had not ended at the last reading; at least one batch, so that there is a sign of life. A stamp from
    /// <paramref name="next"/> on is of another cluster, from which the database was restored.
    /// </summary>
    private async IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> ReadChangesAsync(ulong oldest, ulong next, [EnumeratorCancellation] CancellationToken cancellationToken)
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

            // The range says again what the next line does: it is what an index finds, in order, where that has an OR.
            var page = await TranslateAsync(() => db.Tenants
                .Where(tenant => EF.Property<ulong>(tenant, RegisteredTenantConfiguration.ChangedIn) >= from && EF.Property<ulong>(tenant, RegisteredTenantConfiguration.ChangedIn) < next)
                .Where(tenant => EF.Property<ulong>(tenant, RegisteredTenantConfiguration.ChangedIn) > from
                    || (EF.Property<ulong>(tenant, RegisteredTenantConfiguration.ChangedIn) == from && ((Guid)(object)tenant.Id).CompareTo(after) > 0))
                .OrderBy(tenant => EF.Property<ulong>(tenant, RegisteredTenantConfiguration.ChangedIn))
                .ThenBy(tenant => tenant.Id)
                .Take(Batch)
                .Select(tenant => new { tenant.Id, ChangedIn = EF.Property<ulong>(tenant, RegisteredTenantConfiguration.ChangedIn) })
                .ToListAsync(cancellationToken));
            yield return await ReadAsync(page.ConvertAll(tenant => tenant.Id), cancellationToken);
            if (page.Count < Batch)
            {
                yield break;
            }

            (since, last) = (page[^1].ChangedIn, page[^1].Id.Value);
        }
    }

    private static IQueryable<RegisteredTenant> All(PlatformDbContext db) =>
        db.Tenants.AsNoTracking().Include(tenant => tenant.Identifiers).Include(tenant => tenant.Subscriptions);

    // By their ids: the statements of a split query see each what is there by then, and only a set that does not move fits together.
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

    // EF Core wraps what may pass by itself. What PostgreSQL refuses for good, such as a missing right, is a fault; a server or pooler that
    // is being stopped (class 57, 08) is an outage, though the driver does not say so.
    private static async Task<T> TranslateAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is TimeoutException or InvalidOperationException { InnerException: NpgsqlException } or NpgsqlException && !IsRefusal(exception))
        {
            throw new CatalogueUnreachableException("The control database cannot be asked.", exception);
        }
    }

    private static bool IsRefusal(Exception exception) =>
        exception is PostgresException { IsTransient: false, SqlState: var state } && !state.StartsWith("57", StringComparison.Ordinal) && !state.StartsWith("08", StringComparison.Ordinal);
}
