using Microsoft.CodeAnalysis;
using Rowhouse.Tenancy.Analyzers.Caches;

namespace Rowhouse.Tenancy.Analyzers.Statics;

/// <summary>What can become of a collection while the application runs.</summary>
internal enum CollectionKind
{
    /// <summary>It is no collection.</summary>
    None,

    /// <summary>Its content stays; only another collection can take its place.</summary>
    Fixed,

    /// <summary>Its content can change.</summary>
    Mutable,

    /// <summary>It is there to change.</summary>
    Cache,
}

/// <summary>Tells the kinds apart.</summary>
internal static class CollectionKinds
{
    private static readonly string[] places = ["System.Collections", "System.Collections.Generic", "System.Collections.Concurrent", "System.Collections.ObjectModel", "System.Collections.Specialized"];

    // They are made late or reached in another way, and are the collection that they give.
    private static readonly string[] wrappers = ["Lazy", "Task", "ValueTask"];

    public static CollectionKind Of(ITypeSymbol type, CacheTypes caches)
    {
        if (caches.Has(type))
        {
            return CollectionKind.Cache;
        }

        if (type is INamedTypeSymbol { TypeArguments.Length: 1 } wrapper && wrappers.Contains(wrapper.Name, StringComparer.Ordinal))
        {
            return Of(wrapper.TypeArguments[0], caches);
        }

        return Of(type);
    }

    /// <summary>Whether something that can change is reached by way of a type: by itself, or by what it is made of.</summary>
    public static bool LeadsToMutable(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol array => LeadsToMutable(array.ElementType),
        INamedTypeSymbol named => Of(named) is CollectionKind.Mutable
            || named.TypeKind is not TypeKind.Delegate && named.TypeArguments.Any(LeadsToMutable)
            // Dictionary<string, List<int>>.ValueCollection; another way to write is only the alternate lookup.
            || named.ContainingType is { } outer && (named.Name == "AlternateLookup" ? LeadsToMutable(outer) : outer.TypeArguments.Any(LeadsToMutable)),
        _ => false,
    };

    /// <summary>Whether .NET itself says what a type does.</summary>
    public static bool IsFrameworks(ITypeSymbol type) =>
        type is IArrayTypeSymbol || type.ContainingNamespace?.ToDisplayString().StartsWith("System.Collections", StringComparison.Ordinal) is true;

    private static CollectionKind Of(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol)
        {
            return CollectionKind.Fixed;
        }

        for (var current = type; current is not null; current = current.BaseType)
        {
            var place = current.ContainingNamespace?.ToDisplayString();
            if (place is "System.Collections.Immutable" or "System.Collections.Frozen")
            {
                return current.Name == "Builder" ? CollectionKind.Mutable : CollectionKind.Fixed;
            }

            // Nested are enumerators, and views such as Dictionary.KeyCollection.
            if (places.Contains(place, StringComparer.Ordinal) && current.ContainingType is null)
            {
                return OfFramework(current);
            }
        }

        return CollectionKind.None;
    }

    private static CollectionKind OfFramework(ITypeSymbol type)
    {
        if (type.Name.StartsWith("ReadOnly", StringComparison.Ordinal) || type.Name.StartsWith("IReadOnly", StringComparison.Ordinal) || type.Name == "IEnumerable")
        {
            return CollectionKind.Fixed;
        }

        return type.Name == "PriorityQueue" || type.AllInterfaces.Append(type).Any(contract => contract.Name == "ICollection") ? CollectionKind.Mutable : CollectionKind.None;
    }
}
