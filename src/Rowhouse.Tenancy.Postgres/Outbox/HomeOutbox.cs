using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>
/// The outboxes in tenants' homes. Who has something is asked in the platform's role, which sees no more than that; what lies there is read and
/// deleted in the application's, with tenant and generation bound.
/// </summary>
internal sealed class HomeOutbox(PostgresStore store, ITenantScopes tenants) : OutboxSource
{
    // The store opens after this is made.
    private readonly Lazy<DbContextOptions<HomeEntries>> entries = new(() => new DbContextOptionsBuilder<HomeEntries>().UseNpgsql(store.Platform).UsePreparedStatementGuard().Options);

    public override bool IsControl => false;

    public override async Task<IReadOnlyList<Guid>> FindAsync(Guid after, int most, CancellationToken cancellationToken)
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

    public override async Task<TResult> AskAsync<TResult>(Func<IQueryable<OutboxEntry>, Task<TResult>> askAsync, CancellationToken cancellationToken)
    {
        var db = new HomeEntries(entries.Value);
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
