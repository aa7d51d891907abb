using Microsoft.EntityFrameworkCore;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>The kernel's own context of a tenant's outbox: bound, filtered and fenced like every other.</summary>
internal sealed class OutboxDb(DbContextOptions<OutboxDb> options) : TenantDbContext(options)
{
    public DbSet<HomeEvent> Events => Set<HomeEvent>();
}
