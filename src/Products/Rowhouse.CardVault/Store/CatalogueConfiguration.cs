using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.CardVault.Catalogue;

namespace Rowhouse.CardVault.Store;

internal sealed class CatalogueReleaseConfiguration : IEntityTypeConfiguration<CatalogueRelease>
{
    public void Configure(EntityTypeBuilder<CatalogueRelease> builder)
    {
        builder.ToTable("releases", CardVaultDbContext.CatalogueSchema);
        builder.Property(release => release.Id).ValueGeneratedNever();
        builder.Property(release => release.Name).UseCollation("C");
        builder.HasIndex(release => new { release.Year, release.Name, release.Id });
        builder.HasMany(release => release.Sets).WithOne(set => set.Release).HasForeignKey(set => set.ReleaseId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CatalogueSetConfiguration : IEntityTypeConfiguration<CatalogueSet>
{
    public void Configure(EntityTypeBuilder<CatalogueSet> builder)
    {
        builder.ToTable("sets", CardVaultDbContext.CatalogueSchema);
        builder.Property(set => set.Id).ValueGeneratedNever();
        builder.HasIndex(set => new { set.ReleaseId, set.Ordinal });
        builder.HasMany<CatalogueCard>().WithOne(card => card.Set).HasForeignKey(card => card.SetId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CatalogueCardConfiguration : IEntityTypeConfiguration<CatalogueCard>
{
    public void Configure(EntityTypeBuilder<CatalogueCard> builder)
    {
        builder.ToTable("cards", CardVaultDbContext.CatalogueSchema);

        // Beside the tenants' cards it would be pk_cards1.
        builder.HasKey(card => card.Id).HasName("pk_cards");
        builder.Property(card => card.Id).ValueGeneratedNever();
        builder.Property(card => card.Attributes).HasColumnType("text[]");
        builder.HasIndex(card => new { card.SetId, card.Ordinal });

        // No index on the rank: for a statement that stays prepared the planner would follow it and sift the whole catalogue
        // for a name that few cards have. By the words first, the most frequent word sorts what it finds soon enough.
        builder.HasIndex(card => card.Words).HasMethod("gin");
        builder.HasIndex(card => card.Words, "most_wanted").HasDatabaseName("ix_cards_words_most_wanted").HasMethod("gin").HasFilter($"rank < {SearchRank.EndOfMostWanted}");
        builder.HasMany(card => card.Variations).WithOne().HasForeignKey(variation => variation.CardId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CatalogueVariationConfiguration : IEntityTypeConfiguration<CatalogueVariation>
{
    public void Configure(EntityTypeBuilder<CatalogueVariation> builder)
    {
        builder.ToTable("variations", CardVaultDbContext.CatalogueSchema);
        builder.Property(variation => variation.Id).ValueGeneratedNever();
        builder.HasIndex(variation => new { variation.CardId, variation.Ordinal });
    }
}
