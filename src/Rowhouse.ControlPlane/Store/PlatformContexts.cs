using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.ControlPlane.Store;

/// <summary>Makes contexts of the control database, from the store's first use on: services that want one are made before the store opens.</summary>
internal sealed class PlatformContexts(PostgresStore store, EventOutbox outbox, ILoggerFactory logs) : IDbContextFactory<PlatformDbContext>
{
    private readonly Lazy<DbContextOptions<PlatformDbContext>> options = new(() =>
        new DbContextOptionsBuilder<PlatformDbContext>().UseNpgsql(store.Control, npgsql => npgsql.UseQuerySplittingBehavior(QuerySplittingBehavior.SingleQuery)).UseSnakeCaseNamingConvention().UsePreparedStatementGuard().LogFailuresForDebugging().UseOutbox(outbox).UseLoggerFactory(logs).Options);

    public PlatformDbContext CreateDbContext() => new(options.Value);
}
