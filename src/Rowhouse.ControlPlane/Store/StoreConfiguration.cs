using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Placements;

namespace Rowhouse.ControlPlane.Store;

internal sealed class StoreConfiguration : IEntityTypeConfiguration<RegisteredStore>
{
    public void Configure(EntityTypeBuilder<RegisteredStore> builder)
    {
        builder.ToTable("stores", table => table.HasCheckConstraint("ck_stores_sealed_by", "(connections IS NULL) = (platform_key IS NULL)"));
        builder.HasKey(store => store.Name);
        builder.Property(store => store.Region).UseCollation("C");
        builder.Property(store => store.PlatformKey).UseCollation("C");
        builder.Property(store => store.Version).IsConcurrencyToken();
        builder.HasOne<KnownPlatformKey>().WithMany().HasForeignKey(store => store.PlatformKey).OnDelete(DeleteBehavior.ClientNoAction);
    }
}
