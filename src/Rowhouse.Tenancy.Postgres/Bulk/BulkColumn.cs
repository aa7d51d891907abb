using System.Collections;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;
using Rowhouse.Tenancy.Postgres.Model;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Bulk;

/// <summary>One column of a bulk insert: where its values come from, and the array in which they travel.</summary>
internal sealed class BulkColumn
{
    private readonly Func<object, object?> read;
    private readonly RelationalTypeMapping mapping;
    private readonly Type elementType;

    private BulkColumn(IColumn column, RelationalTypeMapping mapping, Func<object, object?> read)
    {
        Name = Sql.Name(column.Name);
        this.mapping = mapping;
        this.read = read;
        var type = mapping.Converter?.ProviderClrType ?? mapping.ClrType;
        elementType = type.IsValueType && column.IsNullable && Nullable.GetUnderlyingType(type) is null ? typeof(Nullable<>).MakeGenericType(type) : type;
    }

    public string Name { get; }

    /// <summary>The type without its length: <c>character varying(20)</c> is checked by the table.</summary>
    private string ArrayType => $"{mapping.StoreTypeNameBase}[]";

    /// <summary>The columns that a bulk insert into the entity's table has to write, the tenant's excepted.</summary>
    /// <exception cref="NotSupportedException">One of them cannot be written.</exception>
    public static List<BulkColumn> Of(IEntityType type, TimeProvider clock)
    {
        if (type.GetTableMappings().ToList() is not [{ Table: var table }] || table.EntityTypeMappings.Any(mapping => mapping.TypeBase is IEntityType other && other.GetRootType() != type && !other.IsOwned()))
        {
            throw new NotSupportedException($"{type.DisplayName()} is not stored in one table of its own; a bulk insert writes one table.");
        }

        var columns = new List<BulkColumn>();
        foreach (var column in table.Columns.Where(column => column.Name != TenantModel.Key))
        {
            if (column.PropertyMappings is [])
            {
                throw new NotSupportedException($"{type.DisplayName()}: a bulk insert does not write JSON, and {column.Name} is.");
            }

            // A part of the row that lies in an object of its own shares the owner's key: the owner's property comes first.
            var property = column.PropertyMappings.Select(mapping => mapping.Property).OrderBy(property => property.DeclaringType == type ? 0 : 1).First();
            if (property.GetBeforeSaveBehavior() is PropertySaveBehavior.Ignore || IsLeftToDatabase(property))
            {
                continue;
            }

            columns.Add(new(column, property.GetRelationalTypeMapping(), Reader(type, property, clock)));
        }

        return columns;
    }

    public NpgsqlParameter Parameter(string name, IReadOnlyList<object> entities)
    {
        var values = Array.CreateInstance(elementType, entities.Count);
        for (var i = 0; i < entities.Count; i++)
        {
            var value = read(entities[i]);
            ((IList)values)[i] = mapping.Converter is { } converter ? converter.ConvertToProvider(value) : value;
        }

        return new(name, values) { DataTypeName = ArrayType };
    }

    // A column with a default takes the entity's value: one statement for all rows cannot leave it out of some.
    private static bool IsLeftToDatabase(IProperty property) =>
        property.GetComputedColumnSql() is not null
        || property.ValueGenerated is ValueGenerated.OnAddOrUpdate
        || property.GetValueGenerationStrategy() is not NpgsqlValueGenerationStrategy.None;

    private static Func<object, object?> Reader(IEntityType type, IProperty property, TimeProvider clock)
    {
        if (property.GetRelationalTypeMapping() is { ElementTypeMapping: not null })
        {
            throw new NotSupportedException($"{type.DisplayName()}.{property.Name} is an array; unnest would flatten it.");
        }

        if (property == type.FindDiscriminatorProperty())
        {
            var discriminator = type.GetDiscriminatorValue();
            return _ => discriminator;
        }

        if (property.IsShadowProperty())
        {
            throw new NotSupportedException($"{type.DisplayName()} has no property of its own for '{property.Name}'; a bulk insert does not follow navigations. Declare it.");
        }

        var getter = property.GetGetter();
        if (property.DeclaringType == type)
        {
            return property.IsPrimaryKey() && property.GetValueGeneratorFactory() is not null ? KeyReader(property, getter, clock) : getter.GetClrValue;
        }

        var path = Path(type, property.DeclaringType);
        return entity =>
        {
            object? part = entity;
            foreach (var step in path)
            {
                part = part is null ? null : step.GetClrValue(part);
            }

            return part is null ? null : getter.GetClrValue(part);
        };
    }

    // The id is written back, so that rows which refer to this one can be made from it.
    private static Func<object, object?> KeyReader(IProperty key, IClrPropertyGetter getter, TimeProvider clock)
    {
        var field = key.GetMemberInfo(forMaterialization: true, forSet: true);
        return entity =>
        {
            if (getter.HasSentinelValue(entity))
            {
                var value = IdConvention.NewId(key, clock);
                if (field is FieldInfo backing)
                {
                    backing.SetValue(entity, value);
                }
                else
                {
                    ((PropertyInfo)field).SetValue(entity, value);
                }
            }

            return getter.GetClrValue(entity);
        };
    }

    // From the entity to a part of it that is stored in the same row.
    private static List<IClrPropertyGetter> Path(IEntityType type, ITypeBase part)
    {
        var path = new List<IClrPropertyGetter>();
        while (part != type)
        {
            if (part is IEntityType owned && owned.FindOwnership() is { PrincipalToDependent: { } navigation } ownership)
            {
                path.Insert(0, navigation.GetGetter());
                part = ownership.PrincipalEntityType;
            }
            else if (part is IComplexType complex)
            {
                path.Insert(0, complex.ComplexProperty.GetGetter());
                part = complex.ComplexProperty.DeclaringType;
            }
            else
            {
                throw new NotSupportedException($"{type.DisplayName()} shares its table with {part.DisplayName()}; a bulk insert cannot write both.");
            }
        }

        return path;
    }
}
