using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Tenants;

namespace Rowhouse.ControlPlane.Store;

internal sealed class WrappedKeyConfiguration : IEntityTypeConfiguration<WrappedKey>
{
    public void Configure(EntityTypeBuilder<WrappedKey> builder)
    {
        builder.ToTable("tenant_keys", table => table.HasCheckConstraint("ck_tenant_keys_wrapped_by_a_key", "(wrapped IS NULL) = (platform_key IS NULL)")).HasKey(key => new { key.TenantId, key.Version });
        builder.Property(key => key.Version).ValueGeneratedNever();
        builder.Property(key => key.PlatformKey).UseCollation("C");
        builder.HasOne<RegisteredTenant>().WithMany().HasForeignKey(key => key.TenantId).OnDelete(DeleteBehavior.ClientNoAction);
        builder.HasOne<KnownPlatformKey>().WithMany().HasForeignKey(key => key.PlatformKey).OnDelete(DeleteBehavior.ClientNoAction);
        builder.HasIndex(key => new { key.PlatformKey, key.TenantId, key.Version });
    }
}

internal sealed class KnownPlatformKeyConfiguration : IEntityTypeConfiguration<KnownPlatformKey>
{
    public void Configure(EntityTypeBuilder<KnownPlatformKey> builder)
    {
        builder.ToTable("platform_keys");
        builder.Property(key => key.Id).UseCollation("C");
    }
}
