using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.ControlPlane.Homes;
using Rowhouse.ControlPlane.Tenants;

namespace Rowhouse.ControlPlane.Store;

internal sealed class HomeConfiguration : IEntityTypeConfiguration<Home>
{
    public void Configure(EntityTypeBuilder<Home> builder)
    {
        builder.HasKey(home => home.Name);
        builder.Property(home => home.Name).UseCollation("C");
        builder.HasIndex(home => home.TenantId);
        builder.HasOne<RegisteredTenant>().WithMany().HasForeignKey(home => home.TenantId).OnDelete(DeleteBehavior.ClientNoAction);
    }
}
