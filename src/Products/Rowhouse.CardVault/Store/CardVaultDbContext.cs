using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Catalogue;
using Rowhouse.CardVault.Collections;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.CardVault.Store;

/// <summary>The tenant's cards and collections in schema <c>cardvault</c>, and the checklists that all tenants read in <c>catalogue</c>.</summary>
internal sealed class CardVaultDbContext(DbContextOptions<CardVaultDbContext> options) : TenantDbContext(options)
{
    public const string Schema = "cardvault";
    public const string CatalogueSchema = "catalogue";

    public DbSet<Card> Cards => Set<Card>();

    public DbSet<Collection> Collections => Set<Collection>();

    public DbSet<CatalogueRelease> Releases => Set<CatalogueRelease>();

    public DbSet<CatalogueSet> Sets => Set<CatalogueSet>();

    public DbSet<CatalogueCard> CatalogueCards => Set<CatalogueCard>();

    public DbSet<CatalogueVariation> Variations => Set<CatalogueVariation>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.ApplyConfigurationsFromAssembly(typeof(CardVaultDbContext).Assembly);
}
