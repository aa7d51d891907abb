using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Tenancy.Secrets.Store;

/// <summary>The tenant's secrets, sealed. They move, are backed up and end with the tenant's other rows.</summary>
internal sealed class SecretsDb(DbContextOptions<SecretsDb> options) : TenantDbContext(options)
{
    public DbSet<SealedValue> Values => Set<SealedValue>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("secrets");
        modelBuilder.Entity<SealedValue>(value =>
        {
            value.ToTable("sealed_values").HasKey(v => v.Name);
            value.Property(v => v.Name).UseCollation("C");
        });
    }
}

/// <summary>A secret as it is kept.</summary>
internal sealed class SealedValue
{
    public required string Name { get; init; }

    /// <summary>The version of the tenant's key that opens it; the envelope says the same, and does not open by another.</summary>
    public int KeyVersion { get; set; }

    public required byte[] Envelope { get; set; }

    /// <summary>When the tenant set it; that it is sealed anew changes nothing.</summary>
    public DateTimeOffset SetAt { get; set; }
}
