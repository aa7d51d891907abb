using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.CardVault.Collections;

namespace Rowhouse.CardVault.Store;

internal sealed class CollectionConfiguration : IEntityTypeConfiguration<Collection>
{
    public const string NameIndex = "ix_collections_name_key";

    public void Configure(EntityTypeBuilder<Collection> builder)
    {
        builder.ToTable("collections", CardVaultDbContext.Schema);
        builder.HasKey(collection => collection.Id);
        builder.Property(collection => collection.Id).ValueGeneratedNever();
        builder.Property(collection => collection.Version).IsConcurrencyToken();
        builder.Property(collection => collection.NameKey).UseCollation("C");
        builder.HasIndex(collection => collection.NameKey).IsUnique().HasDatabaseName(NameIndex);
    }
}
