using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Domains;
using Rowhouse.ControlPlane.Products;
using Rowhouse.ControlPlane.Tenants;

namespace Rowhouse.ControlPlane.Store;

internal sealed class RegisteredTenantConfiguration : IEntityTypeConfiguration<RegisteredTenant>
{
    /// <summary>The transaction that changed the tenant last, or what leads to it or what it subscribes to. Set by the database.</summary>
    public const string ChangedIn = nameof(ChangedIn);

    public void Configure(EntityTypeBuilder<RegisteredTenant> builder)
    {
        builder.ToTable("tenants");
        builder.Property(tenant => tenant.Id).ValueGeneratedNever();
        builder.Property(tenant => tenant.Slug).UseCollation("C");
        builder.Property(tenant => tenant.NameKey).UseCollation("C");
        builder.Property(tenant => tenant.MasterAccountKey).UseCollation("C");
        builder.Property(tenant => tenant.Addresses).HasColumnType("jsonb").HasConversion<AddressesConverter, AddressesComparer>();
        builder.Property(tenant => tenant.Plan).UseCollation("C");
        builder.Property(tenant => tenant.Version).IsConcurrencyToken();
        builder.Property(tenant => tenant.SettingsVersion).HasDefaultValue(0L);
        builder.Property(tenant => tenant.DeletionProtection).HasDefaultValue(false);
        builder.ToTable(table => table.HasCheckConstraint(
            "ck_tenants_revived_while_retained", "revived_as IS NULL OR deleted_at IS NOT NULL AND retained_until IS NOT NULL"));
        builder.Property<ulong>(ChangedIn).HasColumnType("xid8").HasDefaultValueSql("pg_current_xact_id()").ValueGeneratedOnAddOrUpdate();
        builder.HasIndex(ChangedIn, nameof(RegisteredTenant.Id));
        builder.HasIndex(tenant => tenant.Id, "ix_tenants_id_dedicated").HasDatabaseName("ix_tenants_id_dedicated").HasFilter("placement_kind = 1");
        builder.HasIndex(tenant => tenant.Id, "ix_tenants_id_there").HasDatabaseName("ix_tenants_id_there").HasFilter("status NOT IN (6, 7, 8, 9)");

        // Purged and erased tenants leave their names to others.
        builder.HasIndex(tenant => tenant.Slug).IsUnique().HasFilter("status NOT IN (8, 9)");
        builder.HasIndex(tenant => new { tenant.Slug, tenant.Id });
        builder.HasIndex(tenant => tenant.MasterAccountKey).IsUnique().HasFilter("status NOT IN (8, 9)");
        builder.HasIndex(tenant => new { tenant.RetainedUntil, tenant.Id }).HasFilter("revived_as IS NOT NULL");
        builder.HasIndex(tenant => new { tenant.Store, tenant.Id }).HasFilter("status NOT IN (8, 9)");
        builder.HasIndex(tenant => new { tenant.Store, tenant.NameKey, tenant.Id });
        builder.HasIndex(tenant => new { tenant.CreatedAt, tenant.Id });
        builder.HasIndex(tenant => new { tenant.NameKey, tenant.Id });
        builder.HasIndex(tenant => new { tenant.Plan, tenant.NameKey, tenant.Id });
        builder.HasIndex(tenant => new { tenant.Status, tenant.NameKey, tenant.Id });
        builder.HasMany(tenant => tenant.Identifiers).WithOne().HasForeignKey(identifier => identifier.TenantId).OnDelete(DeleteBehavior.ClientCascade);
        builder.HasMany(tenant => tenant.Products).WithOne().HasForeignKey(product => product.TenantId).OnDelete(DeleteBehavior.ClientCascade);
        builder.HasMany(tenant => tenant.Subscriptions).WithOne().HasForeignKey(subscription => subscription.TenantId).OnDelete(DeleteBehavior.ClientCascade);
    }
}

/// <summary>Read and written whole, and never asked for: a table of their own would be a join for every tenant.</summary>
internal sealed class AddressesConverter() : ValueConverter<IReadOnlyList<TenantAddress>, string>(
    addresses => JsonSerializer.Serialize(addresses, JsonSerializerOptions.Web), json => JsonSerializer.Deserialize<List<TenantAddress>>(json, JsonSerializerOptions.Web) ?? new());

internal sealed class AddressesComparer() : ValueComparer<IReadOnlyList<TenantAddress>>(
    (one, other) => (one ?? Array.Empty<TenantAddress>()).SequenceEqual(other ?? Array.Empty<TenantAddress>()), addresses => addresses.Count, addresses => addresses.ToList());

internal sealed class TenantIdentifierConfiguration : IEntityTypeConfiguration<TenantIdentifier>
{
    public void Configure(EntityTypeBuilder<TenantIdentifier> builder)
    {
        builder.ToTable("identifiers").HasKey(identifier => new { identifier.Kind, identifier.Value });
        builder.Property(identifier => identifier.Value).UseCollation("C");
    }
}

internal sealed class DomainConfiguration : IEntityTypeConfiguration<Domain>
{
    public void Configure(EntityTypeBuilder<Domain> builder)
    {
        builder.HasKey(domain => domain.Host);
        builder.Property(domain => domain.Host).UseCollation("C");

        // Of a proof, a removal and a new claim at the same moment one wins.
        builder.Property(domain => domain.Token).UseCollation("C").IsConcurrencyToken();
        builder.Property(domain => domain.ProvenAt).IsConcurrencyToken();
        builder.HasIndex(domain => domain.TenantId);
        builder.HasIndex(domain => domain.ExpiresAt);
        builder.HasOne<RegisteredTenant>().WithMany().HasForeignKey(domain => domain.TenantId).OnDelete(DeleteBehavior.ClientNoAction);
        builder.ToTable(table => table.HasCheckConstraint("ck_domains_lapses_until_proven", "(expires_at IS NULL) = (proven_at IS NOT NULL)"));
    }
}

internal sealed class TenantProductConfiguration : IEntityTypeConfiguration<TenantProduct>
{
    public void Configure(EntityTypeBuilder<TenantProduct> builder)
    {
        builder.ToTable("tenant_products").HasKey(product => new { product.TenantId, product.Product });
        builder.Property(product => product.Product).UseCollation("C");

        // Of a subscription and whoever stops for want of one, one comes first.
        builder.Property(product => product.State).IsConcurrencyToken();
    }
}

internal sealed class SubscriptionConfiguration : IEntityTypeConfiguration<Subscription>
{
    public void Configure(EntityTypeBuilder<Subscription> builder)
    {
        builder.HasKey(subscription => new { subscription.TenantId, subscription.Product });
        builder.Property(subscription => subscription.Product).UseCollation("C");
    }
}
