using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.ControlPlane.Parameters;

namespace Rowhouse.ControlPlane.Store;

internal sealed class PlatformParameterConfiguration : IEntityTypeConfiguration<PlatformParameter>
{
    public void Configure(EntityTypeBuilder<PlatformParameter> builder)
    {
        builder.ToTable("parameters").HasKey(parameter => parameter.Path);
        builder.Property(parameter => parameter.Path).UseCollation("C");
        builder.Property(parameter => parameter.Version).IsConcurrencyToken();
    }
}
