using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>
/// Puts the kernel's outbox into the model of every tenant's context, so that an event goes into the database in the same batch as what it
/// tells of. The table is the kernel's: no module's scripts make it.
/// </summary>
/// <remarks>Its key is the id, which the publisher makes: the number is the database's, and another home counts anew.</remarks>
internal sealed class HomeOutboxConvention : IModelFinalizingConvention
{
    public const string Table = "outbox";

    public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
    {
        var model = (IMutableModel)modelBuilder.Metadata;
        var type = model.FindEntityType(typeof(HomeEvent)) ?? model.AddEntityType(typeof(HomeEvent));
        type.SetTableName(Table);
        type.SetSchema(KernelRules.Schema);
        type.SetIsTableExcludedFromMigrations(true);
        Map(type, nameof(PublishedEvent.Number), "number").ValueGenerated = ValueGenerated.OnAdd;
        Map(type, nameof(PublishedEvent.Kind), "kind");
        Map(type, nameof(PublishedEvent.Payload), "payload").SetColumnType("jsonb");
        Map(type, nameof(PublishedEvent.CreatedAt), "created_at");
        Map(type, nameof(PublishedEvent.Attempts), "attempts");
        Map(type, nameof(PublishedEvent.NotBefore), "not_before");
        Map(type, nameof(PublishedEvent.FailedAt), "failed_at");
        Map(type, nameof(PublishedEvent.Error), "error");
        type.SetPrimaryKey(Map(type, nameof(PublishedEvent.Id), "id"));
    }

    private static IMutableProperty Map(IMutableEntityType type, string name, string column)
    {
        var property = type.FindProperty(name) ?? type.AddProperty(typeof(HomeEvent).GetProperty(name)!); // named by nameof
        property.SetColumnName(column);
        return property;
    }
}

/// <summary>The outbox of the control database in a model.</summary>
public static class OutboxModelExtensions
{
    /// <summary>Adds the tables <c>outbox</c> and <c>seen_events</c> of the context's own schema, which its scripts make.</summary>
    /// <param name="modelBuilder">The model of a context of the control database.</param>
    public static ModelBuilder HasOutbox(this ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.Entity<ControlEvent>(outbox =>
        {
            outbox.ToTable("outbox");
            outbox.HasKey(happened => happened.Number);
            outbox.Property(happened => happened.Number).UseIdentityAlwaysColumn();
            outbox.Property(happened => happened.Id).ValueGeneratedNever();
            outbox.Property(happened => happened.Kind).UseCollation("C");
            outbox.Property(happened => happened.Payload).HasColumnType("jsonb");
            outbox.HasIndex(happened => happened.Id).IsUnique();
            outbox.HasIndex(happened => new { happened.TenantId, happened.Id });
            outbox.HasIndex(happened => new { happened.TenantId, happened.Number }, "waiting").HasDatabaseName("ix_outbox_waiting").HasFilter("failed_at IS NULL");
            outbox.HasIndex(happened => new { happened.CreatedAt, happened.Id }, "waiting by age").HasDatabaseName("ix_outbox_waiting_by_age").HasFilter("failed_at IS NULL");
            outbox.HasIndex(happened => new { happened.CreatedAt, happened.Id }, "failed by age").HasDatabaseName("ix_outbox_failed_by_age").HasFilter("failed_at IS NOT NULL");
            outbox.HasIndex(happened => new { happened.TenantId, happened.CreatedAt, happened.Id }, "failed of tenant").HasDatabaseName("ix_outbox_failed_of_tenant").HasFilter("failed_at IS NOT NULL");
        });
        modelBuilder.Entity<ControlSeenEvent>(seen =>
        {
            seen.ToTable("seen_events");
            seen.HasKey(row => new { row.TenantId, row.EventId, row.Consumer });
            seen.Property(row => row.Consumer).UseCollation("C");
        });
        return modelBuilder;
    }
}
