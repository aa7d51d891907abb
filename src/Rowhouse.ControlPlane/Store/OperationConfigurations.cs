using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Tenants;

namespace Rowhouse.ControlPlane.Store;

internal sealed class OperationConfiguration : IEntityTypeConfiguration<Operation>
{
    public void Configure(EntityTypeBuilder<Operation> builder)
    {
        builder.Property(operation => operation.Id).ValueGeneratedNever();
        builder.Property(operation => operation.Kind).UseCollation("C");
        builder.Property(operation => operation.Product).UseCollation("C");
        builder.Property(operation => operation.Version).IsConcurrencyToken();
        builder.HasOne<RegisteredTenant>().WithMany().HasForeignKey(operation => operation.TenantId).OnDelete(DeleteBehavior.ClientNoAction);

        // A tenant has one on its home that is not at its end, and one on each of its products.
        builder.HasIndex(operation => new { operation.TenantId, operation.Product }).IsUnique().AreNullsDistinct(false).HasFilter("state IN (0, 1, 5)");
        builder.HasIndex(operation => operation.NotBefore).HasFilter("state IN (0, 1)");
        builder.HasIndex(operation => new { operation.TenantId, operation.CreatedAt, operation.Id });
        builder.HasMany(operation => operation.History).WithOne().HasForeignKey(attempt => attempt.OperationId).OnDelete(DeleteBehavior.ClientCascade);
    }
}

internal sealed class OperationAttemptConfiguration : IEntityTypeConfiguration<OperationAttempt>
{
    public void Configure(EntityTypeBuilder<OperationAttempt> builder)
    {
        builder.ToTable("operation_attempts").HasKey(attempt => new { attempt.OperationId, attempt.Number });
        builder.Property(attempt => attempt.Number).ValueGeneratedNever();
        builder.Property(attempt => attempt.Name).UseCollation("C");
    }
}
