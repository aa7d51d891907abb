using Microsoft.CodeAnalysis;

namespace Rowhouse.Tenancy.Analyzers.Scopes;

/// <summary>Finds what belongs to one tenant in the type of a member that lives longer than a scope.</summary>
internal static class HeldTenant
{
    // Types that hold what they are made for. Others, such as ILogger<NotesDb> or Func<NotesDb, Task>, only speak of it.
    private static readonly string[] holders = ["AsyncLocal", "ThreadLocal", "Lazy", "StrongBox", "WeakReference", "Task", "ValueTask", "Nullable", "ValueTuple", "Tuple", "KeyValuePair", "Channel"];

    /// <summary>The type that is held; <see langword="null"/> where there is none.</summary>
    /// <param name="member">A field or property.</param>
    /// <param name="types">The kernel's types.</param>
    public static ITypeSymbol? In(ISymbol member, TenancyTypes types) => member switch
    {
        IFieldSymbol { IsStatic: true, IsConst: false, IsImplicitlyDeclared: false } field => Find(field.Type, !field.IsReadOnly, types),
        IPropertySymbol { IsStatic: true } property when property.HasStorage() => Find(property.Type, property.SetMethod is not null, types),
        // It flows past every scope, whoever keeps it.
        IFieldSymbol { IsImplicitlyDeclared: false, Type: INamedTypeSymbol { Name: "AsyncLocal" } flowing } => Find(flowing, canChange: true, types),
        IPropertySymbol { Type: INamedTypeSymbol { Name: "AsyncLocal" } flowing } property when property.HasStorage() => Find(flowing, canChange: true, types),
        _ => null,
    };

    // An id that never changes is a constant, such as a demo's. One that does is the ambient tenant.
    private static ITypeSymbol? Find(ITypeSymbol type, bool canChange, TenancyTypes types)
    {
        if (types.IsOfOneTenant(type) || canChange && types.IsTenantId(type))
        {
            return type;
        }

        return type switch
        {
            IArrayTypeSymbol array => Find(array.ElementType, canChange: false, types),
            INamedTypeSymbol { IsGenericType: true } holder when Holds(holder) =>
                holder.TypeArguments.Select(argument => Find(argument, IsChangeable(holder, canChange), types)).FirstOrDefault(found => found is not null),
            _ => null,
        };
    }

    private static bool IsChangeable(INamedTypeSymbol holder, bool canChange) => holder.Name switch
    {
        "Nullable" or "ValueTuple" or "Tuple" or "KeyValuePair" => canChange,
        "AsyncLocal" or "ThreadLocal" or "StrongBox" => true,
        _ => false,
    };

    // A ConditionalWeakTable lets go of what nobody else holds.
    private static bool Holds(INamedTypeSymbol type) =>
        holders.Contains(type.Name, StringComparer.Ordinal) && type.ContainingNamespace.ToDisplayString().StartsWith("System", StringComparison.Ordinal)
        || type.Name != "ConditionalWeakTable" && type.AllInterfaces.Append(type).Any(contract => contract.SpecialType is SpecialType.System_Collections_IEnumerable || contract.OriginalDefinition.SpecialType is SpecialType.System_Collections_Generic_IEnumerable_T);
}
