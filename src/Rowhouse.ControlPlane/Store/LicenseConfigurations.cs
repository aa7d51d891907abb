using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.ControlPlane.Licenses;
using Rowhouse.ControlPlane.Licenses.Lists;
using Rowhouse.ControlPlane.Tenants;

namespace Rowhouse.ControlPlane.Store;

internal abstract class ListEntryConfiguration<TEntry> : IEntityTypeConfiguration<TEntry>
    where TEntry : ListEntry
{
    public void Configure(EntityTypeBuilder<TEntry> builder)
    {
        builder.Property(entry => entry.Id).UseCollation("C");
        builder.Property(entry => entry.NameKey).UseCollation("C");
        builder.Property(entry => entry.Version).IsConcurrencyToken();
        builder.HasIndex(entry => new { entry.NameKey, entry.Id });
    }
}

internal sealed class EnterpriseConfiguration : ListEntryConfiguration<Enterprise>;

internal sealed class LicensedProductConfiguration : ListEntryConfiguration<LicensedProduct>;

internal sealed class LicensedServiceConfiguration : ListEntryConfiguration<LicensedService>;

internal sealed class LicenseConfiguration : IEntityTypeConfiguration<License>
{
    public void Configure(EntityTypeBuilder<License> builder)
    {
        builder.Property(license => license.Id).ValueGeneratedNever();
        builder.Property(license => license.EnterpriseId).UseCollation("C");
        builder.Property(license => license.ProductId).UseCollation("C");
        builder.Property(license => license.ServiceId).UseCollation("C");
        builder.Property(license => license.Version).IsConcurrencyToken();

        // What the lock keeps from overlapping: the index refuses the plainest case, whoever forgot it.
        builder.HasIndex(license => new { license.TenantId, license.EnterpriseId, license.ProductId, license.ServiceId, license.StartDate }).IsUnique().HasDatabaseName("ix_licenses_of_one_thing");
        builder.HasIndex(license => new { license.TenantId, license.StartDate, license.Id });
        builder.HasIndex(license => new { license.TenantId, license.EndDate, license.Id });
        builder.HasOne<RegisteredTenant>().WithMany().HasForeignKey(license => license.TenantId).OnDelete(DeleteBehavior.ClientNoAction);
        builder.HasOne<Enterprise>().WithMany().HasForeignKey(license => license.EnterpriseId).OnDelete(DeleteBehavior.ClientNoAction);
        builder.HasOne<LicensedProduct>().WithMany().HasForeignKey(license => license.ProductId).OnDelete(DeleteBehavior.ClientNoAction);
        builder.HasOne<LicensedService>().WithMany().HasForeignKey(license => license.ServiceId).OnDelete(DeleteBehavior.ClientNoAction);
        builder.ToTable(table => table.HasCheckConstraint("ck_licenses_ends_after_it_starts", "end_date >= start_date"));
    }
}
