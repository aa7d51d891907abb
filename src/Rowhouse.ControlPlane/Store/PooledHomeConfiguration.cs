using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.ControlPlane.Homes.Pool;
using Rowhouse.ControlPlane.Placements;

namespace Rowhouse.ControlPlane.Store;

internal sealed class PooledHomeConfiguration : IEntityTypeConfiguration<PooledHome>
{
    public void Configure(EntityTypeBuilder<PooledHome> builder)
    {
        builder.HasKey(home => home.Name);
        builder.Property(home => home.Name).UseCollation("C");
        builder.Property(home => home.PlatformKey).UseCollation("C");
        builder.Property(home => home.ReferenceVersion).UseCollation("C");
        builder.Ignore(home => home.Placement);
        builder.HasIndex(home => new { home.Store, home.Name });
        builder.HasOne<RegisteredStore>().WithMany().HasForeignKey(home => home.Store).OnDelete(DeleteBehavior.ClientNoAction);
    }
}
