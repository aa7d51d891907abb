using Microsoft.EntityFrameworkCore.Metadata;

namespace Rowhouse.Tenancy.Postgres.Model;

/// <summary>The names that the kernel gives to its part of every model, and what it can say about a type.</summary>
internal static class TenantModel
{
    /// <summary>The shadow property and its column.</summary>
    public const string Key = "tenant_id";

    /// <summary>The named query filter.</summary>
    public const string Filter = "tenant";

    /// <summary>Marks a model that has been through <see cref="TenantKeyConvention"/>.</summary>
    public const string KeyedAnnotation = "Rowhouse:TenantKey";

    /// <summary>
    /// Whether a type is shared by declaration: by its own class, as part of an owner that is, or as the join table
    /// between two types that are.
    /// </summary>
    public static bool IsShared(IReadOnlyEntityType type)
    {
        if (typeof(ISharedReference).IsAssignableFrom(type.GetRootType().ClrType))
        {
            return true;
        }

        if (type.FindOwnership() is { } ownership)
        {
            return IsShared(ownership.PrincipalEntityType);
        }

        return type.IsPropertyBag
            && type.GetForeignKeys().Any()
            && type.GetForeignKeys().All(foreignKey => IsShared(foreignKey.PrincipalEntityType));
    }
}
