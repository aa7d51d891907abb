using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Rowhouse.Tenancy.Analyzers.Databases;

/// <summary>Finds the context that a query, a set or a database facade comes from.</summary>
internal sealed class ContextTrace(TenancyTypes types)
{
    private enum Kind
    {
        Nothing,
        Plain,
        Untraced,
        Tenant,
    }

    /// <summary>The tenant's context as a message names it; <see langword="null"/> where it is certainly another one.</summary>
    public string? TenantContextBehind(IOperation? operation)
    {
        var (kind, type) = Find(operation, []);
        return kind switch
        {
            Kind.Plain => null,
            Kind.Tenant => $"'{type!.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}'", // a tenant's context has a type
            _ => "what may be a TenantDbContext",
        };
    }

    private (Kind Kind, ITypeSymbol? Type) Find(IOperation? operation, ImmutableHashSet<ISymbol> locals)
    {
        var type = operation is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } ? Enclosing(operation) : operation?.Type;
        if (types.IsTenantContext(type))
        {
            return (Kind.Tenant, type);
        }

        if (types.IsCertainContext(type))
        {
            return (Kind.Plain, type);
        }

        return operation switch
        {
            IConversionOperation conversion => Find(conversion.Operand, locals),
            IInvocationOperation call => Find(call.Receiver(), locals),
            IPropertyReferenceOperation property => Find(property.Instance, locals),
            ITranslatedQueryOperation query => Find(query.Operation, locals),
            IConditionalAccessInstanceOperation => Find(Accessed(operation), locals),
            IConditionalAccessOperation access => Find(access.WhenNotNull, locals),
            ICoalesceOperation coalesce => Worst([Find(coalesce.Value, locals), Find(coalesce.WhenNull, locals)]),
            IConditionalOperation conditional => Worst([Find(conditional.WhenTrue, locals), Find(conditional.WhenFalse, locals)]),
            // new DatabaseFacade(context)
            IObjectCreationOperation { Arguments.Length: 1 } creation => Find(creation.Arguments[0].Value, locals),
            ILocalReferenceOperation local when locals.Contains(local.Local, SymbolEqualityComparer.Default) => (Kind.Nothing, null),
            ILocalReferenceOperation local => OfLocal(local, locals.Add(local.Local)),
            _ => (Kind.Untraced, null),
        };
    }

    /// <summary>Everything that a local variable is given.</summary>
    private (Kind Kind, ITypeSymbol? Type) OfLocal(ILocalReferenceOperation reference, ImmutableHashSet<ISymbol> locals)
    {
        IOperation root = reference;
        while (root.Parent is { } parent)
        {
            root = parent;
        }

        var found = new List<(Kind, ITypeSymbol?)>();
        foreach (var operation in root.DescendantsAndSelf())
        {
            switch (operation)
            {
                case IVariableDeclaratorOperation declarator when declarator.Symbol.Is(reference.Local) && (declarator.Initializer ?? (declarator.Parent as IVariableDeclarationOperation)?.Initializer) is { } initializer:
                    found.Add(Find(initializer.Value, locals));
                    break;
                case ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } assignment when target.Local.Is(reference.Local):
                    found.Add(Find(assignment.Value, locals));
                    break;
                // Given by a call, or as one of several.
                case ILocalReferenceOperation { Parent: IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } or ITupleOperation or IDeclarationExpressionOperation } given when given.Local.Is(reference.Local):
                    found.Add((Kind.Untraced, null));
                    break;
            }
        }

        return Worst(found) is { Kind: not Kind.Nothing } worst ? worst : (Kind.Untraced, null);
    }

    private static (Kind Kind, ITypeSymbol? Type) Worst(IEnumerable<(Kind Kind, ITypeSymbol? Type)> found) =>
        found.OrderByDescending(one => one.Kind).FirstOrDefault();

    private static IOperation? Accessed(IOperation operation)
    {
        // Of a chain a?.b?.c the innermost access whose part behind the question mark this is.
        for (var (child, parent) = (operation, operation.Parent); parent is not null; (child, parent) = (parent, parent.Parent))
        {
            if (parent is IConditionalAccessOperation access && access.WhenNotNull == child)
            {
                return access.Operation;
            }
        }

        return null;
    }

    // Of `base` the type is only the ancestor's.
    private static ITypeSymbol? Enclosing(IOperation operation) =>
        operation.SemanticModel?.GetEnclosingSymbol(operation.Syntax.SpanStart)?.ContainingType ?? operation.Type;
}
