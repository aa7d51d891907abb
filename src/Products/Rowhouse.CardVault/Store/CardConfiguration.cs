using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Catalogue;
using Rowhouse.CardVault.Collections;

namespace Rowhouse.CardVault.Store;

internal sealed class CardConfiguration : IEntityTypeConfiguration<Card>
{
    public const string CertificateIndex = "ix_cards_certificate";

    public const string CollectionKey = "fk_cards_collections_tenant_id_collection_id";

    // Sorted and searched byte by byte on every server, which is also what lets an index answer a text's beginning.
    private const string Bytewise = "C";

    public void Configure(EntityTypeBuilder<Card> builder)
    {
        builder.ToTable("cards", CardVaultDbContext.Schema);
        builder.HasKey(card => card.Id);
        builder.Property(card => card.Id).ValueGeneratedNever();
        builder.Property(card => card.Version).IsConcurrencyToken();
        builder.Ignore(card => card.Attributes);
        builder.Ignore(card => card.Tags);
        builder.Ignore(card => card.Subgrades);
        builder.Ignore(card => card.Cost);
        builder.Ignore(card => card.Warnings);
        builder.Property(card => card.AttributeText).HasColumnName("attributes");
        builder.Property(card => card.TagText).HasColumnName("tags");
        builder.Property(card => card.PlayerKey).UseCollation(Bytewise);
        builder.Property(card => card.TeamKey).UseCollation(Bytewise);
        builder.Property(card => card.ManufacturerKey).UseCollation(Bytewise);
        builder.Property(card => card.SetKey).UseCollation(Bytewise);
        builder.Property(card => card.NumberKey).UseCollation(Bytewise);
        builder.Property(card => card.LocationKey).UseCollation(Bytewise);

        builder.HasOne<Collection>().WithMany().HasForeignKey(card => card.CollectionId).OnDelete(DeleteBehavior.ClientNoAction);

        // Its own name would be made before the catalogue's table has its.
        builder.HasOne<CatalogueCard>().WithMany().HasForeignKey(card => card.CatalogueCardId).OnDelete(DeleteBehavior.Restrict).HasConstraintName("fk_cards_cards_catalogue_card_id");
        builder.HasOne<CatalogueVariation>().WithMany().HasForeignKey(card => card.VariationId).OnDelete(DeleteBehavior.Restrict);

        // The orders that lists are asked for most, ended by the id so that pages neither skip nor repeat.
        builder.HasIndex(card => new { card.PlayerKey, card.Id });
        builder.HasIndex(card => new { card.TeamKey, card.Id });
        builder.HasIndex(card => new { card.SetKey, card.Id });
        builder.HasIndex(card => new { card.YearKey, card.Id });
        builder.HasIndex(card => new { card.GradeKey, card.Id });
        builder.HasIndex(card => new { card.UpdatedAt, card.Id });
        builder.HasIndex(card => new { card.CreatedAt, card.Id });
        builder.HasIndex(card => new { card.CollectionId, card.Id });
        builder.HasIndex(card => new { card.CatalogueCardId, card.Id });
        builder.HasIndex(card => card.Identity);
        builder.HasIndex(card => new { card.Grader, card.Certificate }).IsUnique().HasFilter("certificate is not null").HasDatabaseName(CertificateIndex);
    }
}
