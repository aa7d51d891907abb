using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>What any context of a control database with an outbox is asked.</summary>
internal static class ControlOutbox
{
    public static string InsertSeen(DbContext context) =>
        $"INSERT INTO {TableOf<ControlSeenEvent>(context)} (tenant_id, consumer, event_id, seen_at) VALUES ({{0}}, {{1}}, {{2}}, {{3}}) ON CONFLICT DO NOTHING";

    /// <summary>Changes nothing, and fails where the transaction was aborted: COMMIT would not.</summary>
    public static string TouchSeen(DbContext context) =>
        $"UPDATE {TableOf<ControlSeenEvent>(context)} SET seen_at = seen_at WHERE tenant_id = {{0}} AND consumer = {{1}} AND event_id = {{2}}";

    /// <summary>A table of the context's model, as SQL names it. Its parts are the program's own.</summary>
    public static string TableOf<TRow>(DbContext context)
    {
        var type = context.Model.FindEntityType(typeof(TRow)) ?? throw new InvalidOperationException($"The model of {context.GetType().Name} has no outbox: call HasOutbox in OnModelCreating.");
        return $"\"{type.GetSchema() ?? "public"}\".\"{type.GetTableName()}\"";
    }
}

/// <summary>The outbox of the control database.</summary>
internal sealed class ControlOutbox<TContext>(IServiceScopeFactory scopes) : ControlSource
    where TContext : DbContext
{
    public override async Task<IReadOnlyList<Guid>> FindAsync(Guid after, int most, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using var dispose = scope.ConfigureAwait(false);
        var waiting = scope.ServiceProvider.GetRequiredService<TContext>().Set<ControlEvent>().Where(row => row.FailedAt == null);
        var found = await waiting.Where(row => row.TenantId.HasValue && row.TenantId.Value.CompareTo(after) > 0)
            .Select(row => row.TenantId!.Value).Distinct().OrderBy(id => id).Take(most).ToListAsync(cancellationToken).ConfigureAwait(false); // it has one
        return after == Guid.Empty && await waiting.AnyAsync(row => row.TenantId == null, cancellationToken).ConfigureAwait(false) ? [Guid.Empty, .. found] : found;
    }

    public override async Task<IReadOnlyList<TResult>> AskAsync<TResult>(Func<IQueryable<OutboxEntry>, Task<TResult>> askAsync, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using var dispose = scope.ConfigureAwait(false);
        var entries = scope.ServiceProvider.GetRequiredService<TContext>().Set<ControlEvent>().Select(row => new OutboxEntry
        {
            Id = row.Id,
            TenantId = row.TenantId,
            IsControl = true,
            Kind = row.Kind,
            CreatedAt = row.CreatedAt,
            Attempts = row.Attempts,
            NotBefore = row.NotBefore,
            FailedAt = row.FailedAt,
            Error = row.Error,
        });
        return [await askAsync(entries).ConfigureAwait(false)];
    }

    public override Task<OutboxSession> OpenAsync(OutboxLane lane, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        return Task.FromResult<OutboxSession>(new Session(scope, scope.ServiceProvider.GetRequiredService<TContext>(), lane));
    }

    public override async Task<OutboxLane?> RetryAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using var dispose = scope.ConfigureAwait(false);
        var rows = scope.ServiceProvider.GetRequiredService<TContext>().Set<ControlEvent>();
        var whose = await rows.Where(row => row.Id == id && row.FailedAt != null).Select(row => new { row.TenantId }).SingleOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        return whose is not null && await rows.RetryAsync(id, now, cancellationToken).ConfigureAwait(false) > 0 ? new(IsControl: true, whose.TenantId ?? Guid.Empty) : null;
    }

    public override async Task<bool> DropAsync(Guid id, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using var dispose = scope.ConfigureAwait(false);
        return await scope.ServiceProvider.GetRequiredService<TContext>().Set<ControlEvent>().DropAsync(id, cancellationToken).ConfigureAwait(false) > 0;
    }

#pragma warning disable RS0030 // LINQ has neither SKIP LOCKED nor a DELETE with a limit; the values are parameters
    private sealed class Session(AsyncServiceScope scope, TContext db, OutboxLane lane) : OutboxSession(db)
    {
        private IQueryable<ControlEvent> Rows => lane.Tenant == Guid.Empty
            ? db.Set<ControlEvent>().Where(row => row.TenantId == null)
            : db.Set<ControlEvent>().Where(row => row.TenantId == lane.Tenant);

        public override Task<IReadOnlyList<string>> UnknownAsync(string[] handled, CancellationToken cancellationToken) => Rows.UnknownAsync(handled, cancellationToken);

        public override Task DeleteAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) => Rows.DeleteAsync(ids, cancellationToken);

        public override Task FailAsync(Guid id, string error, DateTimeOffset notBefore, DateTimeOffset? failedAt, CancellationToken cancellationToken) =>
            Rows.FailAsync(id, error, notBefore, failedAt, cancellationToken);

        public override Task<bool> HasBelowAsync(Guid bound, CancellationToken cancellationToken) => Rows.HasBelowAsync(bound, cancellationToken);

        public override Task<int> ForgetAsync(Guid bound, int most, CancellationToken cancellationToken) =>
            db.Database.ExecuteSqlRawAsync(OutboxQueries.ForgetSql(ControlOutbox.TableOf<ControlSeenEvent>(db)), [lane.Tenant, bound, most], cancellationToken);

        public override ValueTask DisposeAsync() => scope.DisposeAsync();

        protected override async Task<IReadOnlyList<PublishedEvent>> ReadAsync(string[] kinds, int most, CancellationToken cancellationToken)
        {
            // Of a null an index is asked in another way than of a value.
            var whose = lane.Tenant == Guid.Empty ? "tenant_id IS NULL AND {0} = {0}" : "tenant_id = {0}";
            var sql = $"SELECT * FROM {ControlOutbox.TableOf<ControlEvent>(db)} WHERE {whose} AND failed_at IS NULL AND kind = ANY ({{1}}) ORDER BY number LIMIT {{2}} FOR UPDATE SKIP LOCKED";
            var rows = await db.Set<ControlEvent>().FromSqlRaw(sql, lane.Tenant, kinds, most).AsNoTracking().ToListAsync(cancellationToken).ConfigureAwait(false);
            return [.. rows.OrderBy(row => row.Number)];
        }
    }
#pragma warning restore RS0030
}
