using Microsoft.CodeAnalysis;

namespace Rowhouse.Tenancy.Analyzers.Entities;

/// <summary>
/// The types of an assembly that are rows of a tenant's: what its contexts have sets of, what those lead to, and their ancestors.
/// They are looked for when the first property is met that could be a key, which is hardly ever.
/// </summary>
internal sealed class TenantEntities(Compilation compilation, TenancyTypes types)
{
    private readonly Lazy<Dictionary<ISymbol, INamedTypeSymbol>> contexts = new(() => Find(compilation, types));

    /// <summary>A context that a type is an entity of, if any.</summary>
    public INamedTypeSymbol? ContextOf(INamedTypeSymbol type) => contexts.Value.TryGetValue(type.OriginalDefinition, out var context) ? context : null;

    /// <summary>The property of an entity, or of an ancestor, that stands for the tenant's key.</summary>
    public static IPropertySymbol? KeyOf(ITypeSymbol entity)
    {
        for (var type = entity; type is not null; type = type.BaseType)
        {
            if (type.GetMembers().OfType<IPropertySymbol>().FirstOrDefault(IsKey) is { } key)
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>Whether a property is mapped, and so named as the kernel's column is.</summary>
    public static bool IsKey(IPropertySymbol property) =>
        property.Name.Equals("TenantId", StringComparison.OrdinalIgnoreCase)
        && !property.IsStatic
        && (property.SetMethod is not null || property.HasStorage())
        && !property.HasAttribute("NotMappedAttribute");

    /// <summary>The entity, where a property is a set.</summary>
    public static ITypeSymbol? InSet(IPropertySymbol property) =>
        property.Type is INamedTypeSymbol { Name: "DbSet", TypeArguments.Length: 1 } set ? set.TypeArguments[0] : null;

    private static Dictionary<ISymbol, INamedTypeSymbol> Find(Compilation compilation, TenancyTypes types)
    {
        var found = new Dictionary<ISymbol, INamedTypeSymbol>(SymbolEqualityComparer.Default);
        foreach (var context in TypesIn(compilation.Assembly.GlobalNamespace).Where(types.IsTenantContext))
        {
            for (var type = context; type is not null; type = type.BaseType)
            {
                foreach (var entity in type.GetMembers().OfType<IPropertySymbol>().Select(InSet))
                {
                    Add(entity, context, compilation.Assembly, types, found);
                }
            }
        }

        return found;
    }

    private static void Add(ITypeSymbol? entity, INamedTypeSymbol context, IAssemblySymbol assembly, TenancyTypes types, Dictionary<ISymbol, INamedTypeSymbol> found)
    {
        if (entity is null || types.IsShared(entity))
        {
            return;
        }

        for (var type = entity as INamedTypeSymbol; type is { TypeKind: TypeKind.Class } && type.ContainingAssembly.Is(assembly); type = type.BaseType)
        {
            if (found.ContainsKey(type.OriginalDefinition))
            {
                return;
            }

            found.Add(type.OriginalDefinition, context);
            foreach (var property in type.GetMembers().OfType<IPropertySymbol>().Where(property => !property.IsStatic && !property.HasAttribute("NotMappedAttribute")))
            {
                Add(Element(property.Type), context, assembly, types, found);
            }
        }
    }

    // Of a collection what it is a collection of.
    private static ITypeSymbol Element(ITypeSymbol type) =>
        type is INamedTypeSymbol { TypeArguments.Length: 1 } collection && type.AllInterfaces.Append(type).Any(contract => contract.SpecialType is SpecialType.System_Collections_IEnumerable)
            ? collection.TypeArguments[0]
            : type;

    private static IEnumerable<INamedTypeSymbol> TypesIn(INamespaceOrTypeSymbol place)
    {
        foreach (var member in place.GetMembers().OfType<INamespaceOrTypeSymbol>())
        {
            if (member is INamedTypeSymbol type)
            {
                yield return type;
            }

            foreach (var inner in TypesIn(member))
            {
                yield return inner;
            }
        }
    }
}
