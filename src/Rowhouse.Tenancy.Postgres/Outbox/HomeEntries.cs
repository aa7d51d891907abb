using Microsoft.EntityFrameworkCore;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>The events of all tenants' homes, in the platform's role: what a grant on columns lets it see.</summary>
internal sealed class HomeEntries(DbContextOptions<HomeEntries> options) : DbContext(options)
{
    public IQueryable<OutboxEntry> Entries => Set<HomeEntry>().Select(row => new OutboxEntry
    {
        Id = row.Id,
        TenantId = row.TenantId,
        IsControl = false,
        Kind = row.Kind,
        CreatedAt = row.CreatedAt,
        Attempts = row.Attempts,
        NotBefore = row.NotBefore,
        FailedAt = row.FailedAt,
        Error = row.Error,
    });

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<HomeEntry>(entry =>
    {
        entry.HasNoKey().ToTable(HomeOutboxConvention.Table, Verification.KernelRules.Schema, table => table.ExcludeFromMigrations());
        entry.Property(row => row.Id).HasColumnName("id");
        entry.Property(row => row.TenantId).HasColumnName("tenant_id");
        entry.Property(row => row.Kind).HasColumnName("kind");
        entry.Property(row => row.CreatedAt).HasColumnName("created_at");
        entry.Property(row => row.Attempts).HasColumnName("attempts");
        entry.Property(row => row.NotBefore).HasColumnName("not_before");
        entry.Property(row => row.FailedAt).HasColumnName("failed_at");
        entry.Property(row => row.Error).HasColumnName("error");
    });

    private sealed class HomeEntry
    {
        public required Guid Id { get; init; }

        public required Guid TenantId { get; init; }

        public required string Kind { get; init; }

        public required DateTimeOffset CreatedAt { get; init; }

        public required int Attempts { get; init; }

        public required DateTimeOffset NotBefore { get; init; }

        public DateTimeOffset? FailedAt { get; init; }

        public string? Error { get; init; }
    }
}
