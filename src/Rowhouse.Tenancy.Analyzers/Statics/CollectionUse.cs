using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Rowhouse.Tenancy.Analyzers.Statics;

/// <summary>
/// Tells by the code around a mention of a collection whether it is only read. What is not known to read counts as a change,
/// and so does handing the collection on to where it cannot be seen.
/// </summary>
internal static class CollectionUse
{
    private static readonly string[] readers =
    [
        "AsReadOnly", "AsSpan", "BinarySearch", "Contains", "ContainsKey", "ContainsValue", "ConvertAll", "CopyTo", "Equals", "Exists", "Find", "FindAll", "FindIndex", "FindLast", "FindLastIndex",
        "ForEach", "Get", "GetAlternateLookup", "GetEnumerator", "GetHashCode", "GetRange", "GetType", "GetValueOrDefault", "GetValues", "GetViewBetween", "IndexOf", "IndexOfKey", "IndexOfValue", "IsProperSubsetOf", "IsProperSupersetOf",
        "IsSubsetOf", "IsSupersetOf", "LastIndexOf", "Overlaps", "Peek", "SetEquals", "Slice", "ToArray", "ToString", "TrueForAll", "TryGetValue", "TryPeek",
    ];

    public static bool CanChange(IOperation reference, CollectionKind kind, ISymbol member)
    {
        if (IsMadeHere(reference, member) && (IsWritten(reference) || IsReceiver(reference)))
        {
            return false;
        }

        return kind is CollectionKind.Fixed ? IsWritten(reference) : !IsRead(reference, []);
    }

    // A static constructor or initializer, but not a function that is only made there.
    private static bool IsMadeHere(IOperation reference, ISymbol member) =>
        member is IMethodSymbol { MethodKind: MethodKind.StaticConstructor } or IFieldSymbol { IsStatic: true } or IPropertySymbol { IsStatic: true }
        && !Parents(reference).Any(parent => parent is IAnonymousFunctionOperation or ILocalFunctionOperation);

    private static bool IsReceiver(IOperation operation) => operation.Parent switch
    {
        IInvocationOperation call => call.Instance == operation,
        IPropertyReferenceOperation property => property.Instance == operation,
        _ => false,
    };

    // a = …, a ??= …, a++, (a, b) = …, ref a, out a
    private static bool IsWritten(IOperation operation) => operation.Parent switch
    {
        IAssignmentOperation assignment => assignment.Target == operation,
        IIncrementOrDecrementOperation => true,
        IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } => true,
        ITupleOperation tuple => Parents(tuple).OfType<IDeconstructionAssignmentOperation>().Any(assignment => assignment.Target.DescendantsAndSelf().Contains(operation)),
        IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol.RefKind: RefKind.Ref } } => true,
        IReturnOperation => operation.Syntax.Parent is RefExpressionSyntax,
        _ => false,
    };

    private static bool IsRead(IOperation operation, ImmutableHashSet<ISymbol> locals)
    {
        // 42 from a list of numbers is no way back to the list.
        if (IsWritten(operation))
        {
            return false;
        }

        if (IsDisguise(operation))
        {
            return operation.Parent is IBinaryOperation or ILockOperation or IInterpolationOperation;
        }

        if (!CollectionKinds.LeadsToMutable(operation.Type))
        {
            return true;
        }

        return operation.Parent switch
        {
            IConversionOperation or IParenthesizedOperation or IAwaitOperation or ICoalesceOperation or IConditionalOperation { Type: not null } => IsRead(operation.Parent, locals),
            IInvocationOperation call when call.Instance == operation => IsReader(call.TargetMethod) && IsRead(call, locals) && AreRead(call.Arguments, locals),
            IArgumentOperation { Parent: IInvocationOperation call } => IsReaderOf(call, operation) && IsRead(call, locals) && AreRead(call.Arguments, locals),
            // A copy, or a view that is only read.
            IArgumentOperation { Parent: IObjectCreationOperation { Type: INamedTypeSymbol made } } => CollectionKinds.IsFrameworks(made) && !made.TypeArguments.Any(CollectionKinds.LeadsToMutable),
            IMethodReferenceOperation group => group.Instance == operation && IsReader(group.Method) && !CollectionKinds.LeadsToMutable(group.Method.ReturnType),
            IPropertyReferenceOperation property => property.Instance == operation && IsRead(property, locals),
            IImplicitIndexerReferenceOperation indexer => indexer.Instance == operation && IsRead(indexer, locals),
            IArrayElementReferenceOperation element => IsRead(element, locals),
            IConditionalAccessOperation access => access.Operation == operation
                ? access.WhenNotNull.DescendantsAndSelf().OfType<IConditionalAccessInstanceOperation>().Take(1).All(instance => IsRead(instance, locals)) && IsRead(access, locals)
                : IsRead(access, locals),
            IForEachLoopOperation loop => loop.Locals.All(local => IsRead(local, loop, locals)),
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } => IsRead(declarator.Symbol, declarator, locals),
            ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } => IsRead(target.Local, target, locals),
            ISpreadOperation => !CollectionKinds.LeadsToMutable(ElementOf(operation.Type)),
            IIsPatternOperation match => match.Pattern.DescendantsAndSelf().Select(Declared).OfType<ILocalSymbol>().All(local => IsRead(local, match, locals)),
            IBinaryOperation or IIsTypeOperation or INameOfOperation or ILockOperation or IInterpolationOperation or IExpressionStatementOperation or ISimpleAssignmentOperation { Target: IDiscardOperation } => true,
            _ => false,
        };
    }

    private static ISymbol? Declared(IOperation pattern) => pattern switch
    {
        IDeclarationPatternOperation declaration => declaration.DeclaredSymbol,
        IRecursivePatternOperation recursive => recursive.DeclaredSymbol,
        IListPatternOperation list => list.DeclaredSymbol,
        _ => null,
    };

    private static bool IsRead(ILocalSymbol local, IOperation place, ImmutableHashSet<ISymbol> locals) =>
        !CollectionKinds.LeadsToMutable(local.Type)
        || locals.Contains(local, SymbolEqualityComparer.Default)
        || Parents(place).Last().Descendants().OfType<ILocalReferenceOperation>().Where(reference => reference.Local.Is(local))
            .All(reference => IsGiven(reference) || IsRead(reference, locals.Add(local)));

    // Where the variable gets its value; what that is does not matter here.
    private static bool IsGiven(IOperation reference) =>
        IsWritten(reference) || Parents(reference).Skip(1).TakeWhile(parent => parent is ITupleOperation or IDeclarationExpressionOperation).Any(parent => parent is IDeclarationExpressionOperation);

    // What a reader gives by an out parameter, or to a function that it calls.
    private static bool AreRead(ImmutableArray<IArgumentOperation> arguments, ImmutableHashSet<ISymbol> locals) =>
        arguments.Where(argument => Gives(argument.Parameter)).All(argument => argument.Value switch
        {
            IDeclarationExpressionOperation { Expression: ILocalReferenceOperation local } => IsRead(local.Local, local, locals),
            ILocalReferenceOperation local => IsRead(local.Local, local, locals),
            IDiscardOperation => true,
            _ => false,
        });

    private static bool Gives(IParameterSymbol? parameter) => parameter switch
    {
        { RefKind: RefKind.Out } => CollectionKinds.LeadsToMutable(parameter.Type),
        { Type: INamedTypeSymbol { TypeKind: TypeKind.Delegate } function } => function.TypeArguments.Any(CollectionKinds.LeadsToMutable),
        _ => false,
    };

    // Converted to what does not say that it is a collection.
    private static bool IsDisguise(IOperation operation) => operation is IConversionOperation { Type: { } type } && !CollectionKinds.IsFrameworks(type);

    private static bool IsReader(IMethodSymbol method) => readers.Contains(method.Name, StringComparer.Ordinal);

    // An extension method of .NET, on the collection itself.
    private static bool IsReaderOf(IInvocationOperation call, IOperation receiver) =>
        IsReader(call.TargetMethod) && call.Receiver() == receiver && call.TargetMethod.ContainingNamespace.ToDisplayString().StartsWith("System", StringComparison.Ordinal);

    private static ITypeSymbol? ElementOf(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol array => array.ElementType,
        INamedTypeSymbol { TypeArguments.Length: > 0 } named => named.TypeArguments.FirstOrDefault(CollectionKinds.LeadsToMutable),
        _ => null,
    };

    private static IEnumerable<IOperation> Parents(IOperation operation)
    {
        for (var current = operation; current is not null; current = current.Parent)
        {
            yield return current;
        }
    }
}
