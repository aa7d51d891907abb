using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.ValueGeneration;

namespace Rowhouse.Tenancy.Postgres.Model;

/// <summary>
/// Gives an id that is left unset a version 7 UUID when its row is added, also where the id is a type of its own: EF Core
/// would write zeros for those, and version 4, which scatters rows over the index, for plain ones. Never an identity
/// column's number, which would tell each tenant of the others' activity.
/// </summary>
internal sealed class IdConvention : IModelFinalizingConvention
{
    public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
    {
        foreach (var type in modelBuilder.Metadata.GetEntityTypes())
        {
            if (type.BaseType is null
                && type.FindPrimaryKey() is { Properties: [var id] }
                && !id.IsForeignKey()
                && id.GetValueGeneratorFactory() is null
                && (id.ClrType == typeof(Guid) || id.GetValueConverter()?.ProviderClrType == typeof(Guid)))
            {
                var property = (IMutableProperty)id;
                property.ValueGenerated = ValueGenerated.OnAdd;
                property.SetValueGeneratorFactory((made, _) => new Generator(made));
            }
        }
    }

    /// <summary>A new value for an id of any type that is stored as a UUID.</summary>
    public static object NewId(IReadOnlyProperty id, TimeProvider clock)
    {
        var value = Guid.CreateVersion7(clock.GetUtcNow());
        return id.GetValueConverter() is { } converter
            ? converter.ConvertFromProvider(value) ?? throw new InvalidOperationException($"The converter of {id.DeclaringType.DisplayName()}.{id.Name} makes nothing of a UUID.")
            : value;
    }

    private sealed class Generator(IReadOnlyProperty id) : ValueGenerator
    {
        public override bool GeneratesTemporaryValues => false;

        protected override object NextValue(EntityEntry entry) => NewId(id, entry.Context is TenantDbContext context ? context.Clock : TimeProvider.System);
    }
}
