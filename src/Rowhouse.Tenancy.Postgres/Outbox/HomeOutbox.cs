using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>
/// The outboxes in tenants' homes. Who has something is asked in the platform's role, which sees no more than that; what lies there is read and
/// deleted in the application's, with tenant and generation bound.
/// </summary>
internal sealed class HomeOutbox(PostgresStore store, HomeSources sources, ITenantScopes tenants, IDedicatedHomes? dedicated = null) : OutboxSource
{
    private const int Page = 200;
    private const int OpenAtOnce = 4;

    // The store opens after this is made.
    private readonly Lazy<DbContextOptions<HomeEntries>> entries = new(() => new DbContextOptionsBuilder<HomeEntries>().UseNpgsql(store.Platform).UsePreparedStatementGuard().Options);

    public override bool IsControl => false;

    public override async Task<IReadOnlyList<Guid>> FindAsync(Guid after, int most, CancellationToken cancellationToken)
    {
        var shared = await FindSharedAsync(after, most, cancellationToken).ConfigureAwait(false);
        var own = await FindDedicatedAsync(after, most, cancellationToken).ConfigureAwait(false);
        return [.. shared.Concat(own).Distinct().Order().Take(most)];
    }

    public override async Task<IReadOnlyList<TResult>> AskAsync<TResult>(Func<IQueryable<OutboxEntry>, Task<TResult>> askAsync, CancellationToken cancellationToken)
    {
        List<TResult> answers = [await AskAsync(entries.Value, askAsync).ConfigureAwait(false)];
        TenantId? last = null;
        IReadOnlyList<(TenantId Tenant, Placement Home)> page;
        do
        {
            page = dedicated is null ? [] : await dedicated.FindAsync(last, Page, cancellationToken).ConfigureAwait(false);
            var asked = new TResult[page.Count];
            await Parallel.ForAsync(0, page.Count, new ParallelOptions { MaxDegreeOfParallelism = OpenAtOnce, CancellationToken = cancellationToken }, async (index, _) =>
            {
                var connection = sources.ConnectPlatform(page[index].Home);
                await using var dispose = connection.ConfigureAwait(false);
                asked[index] = await AskAsync(new DbContextOptionsBuilder<HomeEntries>().UseNpgsql(connection).Options, askAsync).ConfigureAwait(false);
            }).ConfigureAwait(false);
            answers.AddRange(asked);
            last = page is [.., var end] ? end.Tenant : last;
        }
        while (page.Count >= Page);

        return answers;
    }

    // Few homes at a time, and left again at once: a connection that stays for each would be more than a server has.
    private async Task<List<Guid>> FindDedicatedAsync(Guid after, int most, CancellationToken cancellationToken)
    {
        List<Guid> found = [];
        TenantId? last = after == Guid.Empty ? null : new TenantId(after);
        IReadOnlyList<(TenantId Tenant, Placement Home)> page;

        // A server that is away is away for all of its homes: to wait for each would keep everybody's events waiting.
        var away = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        do
        {
            page = dedicated is null ? [] : await dedicated.FindAsync(last, Page, cancellationToken).ConfigureAwait(false);
            var waits = new bool[page.Count];
            await Parallel.ForAsync(0, page.Count, new ParallelOptions { MaxDegreeOfParallelism = OpenAtOnce, CancellationToken = cancellationToken }, async (index, cancelled) =>
                waits[index] = !away.ContainsKey(page[index].Home.Store) && await WaitsAsync(page[index].Home, away, cancelled).ConfigureAwait(false)).ConfigureAwait(false);
            found.AddRange(page.Where((_, index) => waits[index]).Select(home => home.Tenant.Value));
            last = page is [.., var end] ? end.Tenant : last;
        }
        while (page.Count >= Page && found.Count < most);

        return found;
    }

    private async Task<bool> WaitsAsync(Placement home, ConcurrentDictionary<string, bool> away, CancellationToken cancellationToken)
    {
        try
        {
            var connection = sources.ConnectPlatform(home);
            await using var disposeConnection = connection.ConfigureAwait(false);
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM tenancy.outbox WHERE failed_at IS NULL)", connection);
            await using var disposeCommand = command.ConfigureAwait(false);
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
        }
        catch (Exception exception) when (exception is InvalidOperationException || Unreachable.Is(exception))
        {
            // The turn of its lane says what is wrong, and the others are looked into all the same.
            return exception is PostgresException || away.TryAdd(home.Store, true);
        }
    }

    private async Task<List<Guid>> FindSharedAsync(Guid after, int most, CancellationToken cancellationToken)
    {
        var found = new List<Guid>();
        var command = store.Platform.CreateCommand("SELECT DISTINCT tenant_id FROM tenancy.outbox WHERE failed_at IS NULL AND tenant_id > $1 ORDER BY tenant_id LIMIT $2");
        await using var disposeCommand = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var disposeReader = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            found.Add(reader.GetGuid(0));
        }

        return found;
    }

    private static async Task<TResult> AskAsync<TResult>(DbContextOptions<HomeEntries> options, Func<IQueryable<OutboxEntry>, Task<TResult>> askAsync)
    {
        var db = new HomeEntries(options);
        await using var dispose = db.ConfigureAwait(false);
        return await askAsync(db.Entries).ConfigureAwait(false);
    }

    public override async Task<OutboxSession> OpenAsync(OutboxLane lane, CancellationToken cancellationToken)
    {
        var scope = await tenants.EnterAsync(new TenantId(lane.Tenant), cancellationToken).ConfigureAwait(false);
        return new Session(scope, scope.Get<OutboxDb>());
    }

#pragma warning disable RS0030 // LINQ has neither SKIP LOCKED nor a DELETE with a limit; the values are parameters, and the tenant is bound
    private sealed class Session(EnteredTenant scope, OutboxDb db) : OutboxSession(db)
    {
        private readonly Guid tenant = scope.Tenant.Id.Value;

        public override Task<IReadOnlyList<string>> UnknownAsync(string[] handled, CancellationToken cancellationToken) => db.Events.UnknownAsync(handled, cancellationToken);

        public override Task DeleteAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) => db.Events.DeleteAsync(ids, cancellationToken);

        public override Task FailAsync(Guid id, string error, DateTimeOffset notBefore, DateTimeOffset? failedAt, CancellationToken cancellationToken) =>
            db.Events.FailAsync(id, error, notBefore, failedAt, cancellationToken);

        public override Task<bool> HasBelowAsync(Guid bound, CancellationToken cancellationToken) => db.Events.HasBelowAsync(bound, cancellationToken);

        public override Task<int> ForgetAsync(Guid bound, int most, CancellationToken cancellationToken) =>
            db.Database.ExecuteSqlRawAsync(OutboxQueries.ForgetSql("tenancy.seen_events"), [tenant, bound, most], cancellationToken);

        public override ValueTask DisposeAsync() => scope.DisposeAsync();

        protected override async Task<IReadOnlyList<PublishedEvent>> ReadAsync(string[] kinds, int most, CancellationToken cancellationToken)
        {
            var rows = await db.Events
                .FromSql($"SELECT * FROM tenancy.outbox WHERE tenant_id = {tenant} AND failed_at IS NULL AND kind = ANY ({kinds}) ORDER BY number LIMIT {most} FOR UPDATE SKIP LOCKED")
                .AsNoTracking().ToListAsync(cancellationToken).ConfigureAwait(false);
            return [.. rows.OrderBy(row => row.Number)];
        }
    }
#pragma warning restore RS0030
}
