using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>Names in the way of PostgreSQL.</summary>
public static class SnakeCaseNames
{
    /// <summary>
    /// Names tables, columns, keys, foreign keys and indexes in snake_case: <c>GradedCard.GradedOn</c> is stored as
    /// <c>graded_cards.graded_on</c>. A name that the model states is left as it is.
    /// </summary>
    /// <param name="configurationBuilder">The conventions of the model.</param>
    public static void UseSnakeCaseNames(this ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        configurationBuilder.Conventions.Add(_ => new Convention());
    }

    internal static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var letter = name[i];
            var startsWord = char.IsUpper(letter) && i > 0 && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || i + 1 < name.Length && char.IsLower(name[i + 1]));
            if (startsWord)
            {
                text.Append('_');
            }

            text.Append(char.ToLower(letter, CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private sealed class Convention : IModelFinalizingConvention
    {
        public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
        {
            var types = modelBuilder.Metadata.GetEntityTypes().Where(type => !type.IsMappedToJson()).ToList();
            foreach (var type in types)
            {
                NameTable(type);
            }

            foreach (var type in types)
            {
                foreach (var property in type.GetDeclaredProperties())
                {
                    NameColumn(type, property);
                }

                foreach (var complex in type.GetDeclaredComplexProperties())
                {
                    NameColumns(complex);
                }
            }

            foreach (var type in types)
            {
                NameConstraints(type);
            }
        }

        private static void NameTable(IConventionEntityType type)
        {
            if (type.GetTableNameConfigurationSource() is not ConfigurationSource.Explicit
                && type.GetViewName() is null
                && type.GetTableName() is { } table
                && (type.BaseType is null || type.BaseType.GetTableName() != table))
            {
                type.Builder.ToTable(Of(table), type.GetSchema());
            }
        }

        private static void NameColumn(IConventionEntityType type, IConventionProperty property)
        {
            // A part of an owner's row shares the owner's key columns and takes their names from there.
            var isSharedKey = property.IsPrimaryKey() && type.FindRowInternalForeignKeys(Table(type) ?? default).Any();
            if (!isSharedKey && property.GetColumnNameConfigurationSource() is not ConfigurationSource.Explicit)
            {
                property.Builder.HasColumnName(Of(Table(type) is { } table ? property.GetDefaultColumnName(table) ?? property.Name : property.GetDefaultColumnName()));
            }
        }

        private static void NameColumns(IConventionComplexProperty complex)
        {
            if (complex.ComplexType.IsMappedToJson())
            {
                return;
            }

            foreach (var property in complex.ComplexType.GetDeclaredProperties())
            {
                if (property.GetColumnNameConfigurationSource() is not ConfigurationSource.Explicit)
                {
                    property.Builder.HasColumnName(Of(property.GetDefaultColumnName()));
                }
            }

            foreach (var inner in complex.ComplexType.GetDeclaredComplexProperties())
            {
                NameColumns(inner);
            }
        }

        private static void NameConstraints(IConventionEntityType type)
        {
            if (Table(type) is null)
            {
                return;
            }

            foreach (var key in type.GetDeclaredKeys().Where(key => key.GetNameConfigurationSource() is not ConfigurationSource.Explicit))
            {
                if (key.GetDefaultName() is { } name)
                {
                    key.Builder.HasName(Of(name));
                }
            }

            foreach (var foreignKey in type.GetDeclaredForeignKeys().Where(foreignKey => foreignKey.GetConstraintNameConfigurationSource() is not ConfigurationSource.Explicit))
            {
                if (foreignKey.GetDefaultName() is { } name)
                {
                    foreignKey.Builder.HasConstraintName(Of(name));
                }
            }

            foreach (var index in type.GetDeclaredIndexes().Where(index => index.GetDatabaseNameConfigurationSource() is not ConfigurationSource.Explicit))
            {
                if (index.GetDefaultDatabaseName() is { } name)
                {
                    index.Builder.HasDatabaseName(Of(name));
                }
            }
        }

        private static StoreObjectIdentifier? Table(IReadOnlyEntityType type) => StoreObjectIdentifier.Create(type, StoreObjectType.Table);
    }
}
