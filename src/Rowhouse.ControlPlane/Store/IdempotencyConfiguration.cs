using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.ControlPlane.Idempotency;

namespace Rowhouse.ControlPlane.Store;

internal sealed class IdempotencyConfiguration : IEntityTypeConfiguration<AnsweredKey>
{
    public void Configure(EntityTypeBuilder<AnsweredKey> builder)
    {
        builder.ToTable("idempotency_keys").HasKey(row => new { row.Owner, row.Route, row.Key });
        builder.Property(row => row.Route).UseCollation("C");
        builder.Property(row => row.Key).UseCollation("C");
        builder.HasIndex(row => row.KeptAt);
    }
}
