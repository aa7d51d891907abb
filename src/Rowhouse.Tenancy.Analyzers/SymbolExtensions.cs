using Microsoft.CodeAnalysis;

namespace Rowhouse.Tenancy.Analyzers;

/// <summary>Questions that the rules ask of symbols.</summary>
internal static class SymbolExtensions
{
    public static bool Is(this ISymbol? symbol, ISymbol? other) => symbol is not null && SymbolEqualityComparer.Default.Equals(symbol, other);

    public static bool IsOrDerivesFrom(this ITypeSymbol? type, INamedTypeSymbol? ancestor)
    {
        if (type is ITypeParameterSymbol parameter)
        {
            return parameter.ConstraintTypes.Any(constraint => constraint.IsOrDerivesFrom(ancestor));
        }

        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current.Is(ancestor))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsOrImplements(this ITypeSymbol? type, INamedTypeSymbol? contract) =>
        contract is not null && type is not null
        && (type.Is(contract)
            || type.AllInterfaces.Any(implemented => implemented.Is(contract))
            || type is ITypeParameterSymbol parameter && parameter.ConstraintTypes.Any(constraint => constraint.IsOrImplements(contract)));

    /// <summary>Whether the member stands in a type, however deep, of which something holds.</summary>
    public static bool IsWithin(this ISymbol member, Func<INamedTypeSymbol, bool> holds)
    {
        for (var type = member as INamedTypeSymbol ?? member.ContainingType; type is not null; type = type.ContainingType)
        {
            if (holds(type))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsIn(this ISymbol symbol, string namespaceName) => symbol.ContainingNamespace?.ToDisplayString() == namespaceName;

    /// <summary>What is stored: for a property the field that the compiler makes, if it makes one.</summary>
    public static bool HasStorage(this IPropertySymbol property) =>
        property.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(field => field.AssociatedSymbol.Is(property));

    public static bool HasAttribute(this ISymbol symbol, string name) => symbol.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == name);
}
