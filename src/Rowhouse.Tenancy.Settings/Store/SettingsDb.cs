using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Tenancy.Settings.Store;

/// <summary>Where the tenant's settings differ from the defaults. They move, are backed up and end with the tenant's other rows.</summary>
internal sealed class SettingsDb(DbContextOptions<SettingsDb> options) : TenantDbContext(options)
{
    public DbSet<SectionOverrides> Overrides => Set<SectionOverrides>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("settings");
        modelBuilder.Entity<SectionOverrides>(overrides =>
        {
            overrides.HasKey(o => o.Section);
            overrides.Property(o => o.Section).UseCollation("C");
            overrides.Property(o => o.Members).HasColumnType("jsonb");
        });
    }
}

/// <summary>The members of a section that the tenant has set.</summary>
internal sealed class SectionOverrides
{
    public required string Section { get; init; }

    /// <summary>A JSON object; each member replaces the default's.</summary>
    public required string Members { get; set; }

    /// <summary>How often the section was changed.</summary>
    public long Version { get; set; }
}
