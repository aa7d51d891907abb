using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Rowhouse.Tenancy.Postgres.Model;

/// <summary>
/// Puts the tenant first into every key, foreign key and index of every type that is not an
/// <see cref="ISharedReference"/>, as a shadow property that product code never sees, and filters every query by it.
/// </summary>
/// <remarks>
/// It works on <see cref="IMutableModel"/>, whose changes count as explicit configuration, so it wins over
/// <c>HasKey</c> and <c>HasForeignKey</c>. The order matters, because EF Core refuses to remove what is still used:
/// <list type="number">
/// <item>the property on every root type, owned types included: their keys start with their owner's;</item>
/// <item>the new keys beside the old ones;</item>
/// <item>the foreign keys are moved over to the new keys, and their delete rules settled;</item>
/// <item>the old keys go;</item>
/// <item>the indexes, and one for every foreign key that no key or index begins with;</item>
/// <item>the query filter.</item>
/// </list>
/// </remarks>
internal sealed class TenantKeyConvention : IModelFinalizingConvention
{
    private static readonly ValueConverter<TenantId, Guid> Converter =
        new(id => id.IsSet ? id.Value : Guid.Empty, value => value == Guid.Empty ? default : new TenantId(value));

    public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
    {
        var model = (IMutableModel)modelBuilder.Metadata;
        var owned = model.GetEntityTypes().Where(type => !TenantModel.IsShared(type)).ToList();
        var roots = owned.Where(type => type.BaseType is null).ToList();
        RefuseWhatIsNoTable(model);

        foreach (var root in roots)
        {
            AddTenant(root);
        }

        var moved = AddKeys(roots);
        foreach (var foreignKey in model.GetEntityTypes().SelectMany(type => type.GetDeclaredForeignKeys()).ToList())
        {
            MoveForeignKey(foreignKey, moved);
        }

        RemoveOldKeys(moved);
        foreach (var type in owned)
        {
            MoveIndexes(type);
        }

        foreach (var type in model.GetEntityTypes())
        {
            IndexForeignKeys(type);
        }

        foreach (var root in roots.Where(root => !root.IsOwned()))
        {
            Filter(root);
        }

        model.SetAnnotation(TenantModel.KeyedAnnotation, true);
    }

    // Guards are on tables: behind a view, a query or a function, the model's own SQL would read what it likes.
    private static void RefuseWhatIsNoTable(IMutableModel model)
    {
        if (model.GetEntityTypes().FirstOrDefault(type => type.GetSqlQuery() is not null || type.GetViewName() is not null || type.GetFunctionName() is not null) is { } behind)
        {
            throw new InvalidOperationException($"{behind.DisplayName()} is mapped to a view, a query or a function, and only tables have guards. Map it to a table and write the query in LINQ.");
        }

        if (model.GetDbFunctions().FirstOrDefault() is { } function)
        {
            throw new InvalidOperationException($"The model maps the database function {function.Name}, which no guard looks into. Write what it does in LINQ.");
        }
    }

    private static void AddTenant(IMutableEntityType root)
    {
        if (root.FindProperty(TenantModel.Key) is not null)
        {
            throw new InvalidOperationException($"{root.DisplayName()} has a property '{TenantModel.Key}' of its own. The kernel adds it; product code does not name it.");
        }

        var tenant = root.AddProperty(TenantModel.Key, typeof(TenantId));
        tenant.IsNullable = false;

        // A generator would turn Attach(stub) into Added: the stamp is given when tracking starts instead.
        tenant.ValueGenerated = ValueGenerated.Never;
        tenant.SetValueConverter(Converter);
        tenant.SetColumnName(TenantModel.Key);
        tenant.SetAfterSaveBehavior(PropertySaveBehavior.Throw);
    }

    private static Dictionary<IMutableKey, IMutableKey> AddKeys(List<IMutableEntityType> roots)
    {
        var moved = new Dictionary<IMutableKey, IMutableKey>();
        foreach (var root in roots)
        {
            var tenant = root.GetProperty(TenantModel.Key);
            foreach (var key in root.GetDeclaredKeys().Where(key => !key.Properties.Contains(tenant)).ToList())
            {
                var fresh = root.AddKey([tenant, .. key.Properties])
                    ?? throw new InvalidOperationException($"{root.DisplayName()} refused the key ({TenantModel.Key}, {string.Join(", ", key.Properties.Select(property => property.Name))}).");
                CopyAnnotations(key, fresh);
                moved[key] = fresh;
            }
        }

        return moved;
    }

    private static void MoveForeignKey(IMutableForeignKey foreignKey, Dictionary<IMutableKey, IMutableKey> moved)
    {
        var dependent = foreignKey.DeclaringEntityType;
        if (TenantModel.IsShared(foreignKey.PrincipalEntityType))
        {
            // EF Core's default, CASCADE, would delete tenants' rows together with a row of the catalogue.
            if (!TenantModel.IsShared(dependent))
            {
                foreignKey.DeleteBehavior = DeleteBehavior.Restrict;
            }

            return;
        }

        if (TenantModel.IsShared(dependent))
        {
            throw new InvalidOperationException($"{dependent.DisplayName()} is shared by all tenants and cannot refer to {foreignKey.PrincipalEntityType.DisplayName()}, which belongs to one.");
        }

        if (moved.TryGetValue(foreignKey.PrincipalKey, out var principal))
        {
            foreignKey.SetProperties([dependent.GetProperty(TenantModel.Key), .. foreignKey.Properties], principal);
        }

        // SET NULL would null the tenant too; its column form is refused by Citus, and EF Core's own clearing of loaded
        // dependents touches the tenant as well. The rule that works everywhere: the use case clears references itself.
        foreignKey.DeleteBehavior = foreignKey.DeleteBehavior switch
        {
            DeleteBehavior.Cascade or DeleteBehavior.ClientCascade => foreignKey.DeleteBehavior,
            DeleteBehavior.SetNull => throw new InvalidOperationException(
                $"{dependent.DisplayName()} → {foreignKey.PrincipalEntityType.DisplayName()}: ON DELETE SET NULL would also clear the tenant. Leave the delete behaviour out and clear the references by ExecuteUpdate before the delete, in one transaction."),
            _ => DeleteBehavior.ClientNoAction,
        };
    }

    private static void RemoveOldKeys(Dictionary<IMutableKey, IMutableKey> moved)
    {
        foreach (var (old, fresh) in moved)
        {
            var type = fresh.DeclaringEntityType;
            if (old.IsPrimaryKey())
            {
                type.SetPrimaryKey(fresh.Properties);
            }

            if (type.FindKey(old.Properties) is { } left && !left.GetReferencingForeignKeys().Any())
            {
                type.RemoveKey(left);
            }
        }
    }

    private static void MoveIndexes(IMutableEntityType type)
    {
        var tenant = type.FindProperty(TenantModel.Key);
        foreach (var index in type.GetDeclaredIndexes().Where(index => index.Properties[0] != tenant).ToList())
        {
            List<IMutableProperty> properties = [tenant!, .. index.Properties];
            var name = index.Name;
            var unique = index.IsUnique;
            var descending = index.IsDescending;
            var annotations = index.GetAnnotations().Where(IsStated).ToList();
            type.RemoveIndex(index);
            var fresh = name is null ? type.AddIndex(properties) : type.AddIndex(properties, name);
            fresh.IsUnique = unique;
            if (name is not null)
            {
                // The convention for names in snake_case makes one from the columns, and two indexes of one column would be one.
                fresh.SetDatabaseName(name);
            }

            if (descending is not null)
            {
                // An empty list means that all are descending.
                fresh.IsDescending = [false, .. descending.Count == 0 ? index.Properties.Select(_ => true) : descending];
            }

            foreach (var annotation in annotations)
            {
                fresh.SetAnnotation(annotation.Name, annotation.Value);
            }
        }
    }

    private static void IndexForeignKeys(IMutableEntityType type)
    {
        if (type.IsMappedToJson())
        {
            return;
        }

        var tenant = type.FindProperty(TenantModel.Key);
        foreach (var foreignKey in type.GetDeclaredForeignKeys().ToList())
        {
            IReadOnlyList<IMutableProperty> properties =
                tenant is null || foreignKey.Properties[0] == tenant ? foreignKey.Properties : [tenant, .. foreignKey.Properties];
            var covered = type.GetKeys().Any(key => StartsWith(key.Properties, properties))
                || type.GetIndexes().Any(index => StartsWith(index.Properties, properties));
            if (!covered)
            {
                type.AddIndex(properties).IsUnique = foreignKey.IsUnique;
            }
        }
    }

    private static bool StartsWith(IReadOnlyList<IMutableProperty> properties, IReadOnlyList<IMutableProperty> start) =>
        properties.Take(start.Count).SequenceEqual(start);

    private static void Filter(IMutableEntityType root)
    {
        // The constant's type, not its value, makes EF Core put the context of the query in its place:
        // one model serves all contexts and keeps none of them alive.
        var entity = Expression.Parameter(root.ClrType, "entity");
        var tenantOfRow = Expression.Call(typeof(EF), nameof(EF.Property), [typeof(TenantId)], entity, Expression.Constant(TenantModel.Key));
        var tenantOfContext = Expression.Property(Expression.Constant(null, typeof(TenantDbContext)), nameof(TenantDbContext.BoundTenant));
        root.SetQueryFilter(TenantModel.Filter, Expression.Lambda(Expression.Equal(tenantOfRow, tenantOfContext), entity));
    }

    private static void CopyAnnotations(IMutableAnnotatable from, IMutableAnnotatable to)
    {
        foreach (var annotation in from.GetAnnotations().Where(IsStated).ToList())
        {
            to.SetAnnotation(annotation.Name, annotation.Value);
        }
    }

    // A name that was made from the old columns is made again, from the new ones.
    private static bool IsStated(IAnnotation annotation) =>
        annotation.Name != RelationalAnnotationNames.Name || annotation is not IConventionAnnotation made || made.GetConfigurationSource() != ConfigurationSource.Convention;
}
