using Microsoft.EntityFrameworkCore;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Modules.Idempotency.Store;

/// <summary>What was answered under the tenant's keys. It moves with the tenant, so a request that is sent again afterwards finds it.</summary>
internal sealed class IdempotencyDb(DbContextOptions<IdempotencyDb> options) : TenantDbContext(options)
{
    public DbSet<KeyRow> Keys => Set<KeyRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("idempotency");
        modelBuilder.Entity<KeyRow>(row =>
        {
            row.ToTable("keys").HasKey(r => new { r.Route, r.Key });
            row.Property(r => r.Route).UseCollation("C");
            row.Property(r => r.Key).UseCollation("C");
            row.HasIndex(r => r.KeptAt);
        });
    }
}

/// <summary>An answer under its key.</summary>
internal sealed class KeyRow
{
    public required string Route { get; init; }

    public required string Key { get; init; }

    public required byte[] Request { get; init; }

    public required Guid PersonId { get; init; }

    public required Role? Role { get; init; }

    public required int Status { get; init; }

    public string? Location { get; init; }

    public string? ETag { get; init; }

    public required string Body { get; init; }

    public required DateTimeOffset KeptAt { get; init; }
}
