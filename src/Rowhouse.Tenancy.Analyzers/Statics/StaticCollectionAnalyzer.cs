using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Rowhouse.Tenancy.Analyzers.Caches;

namespace Rowhouse.Tenancy.Analyzers.Statics;

/// <summary>
/// Static collections that can change while the application runs. One that only its own type can reach is looked after
/// there: where it is only read once it is made, it is a table and nothing is said.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class StaticCollectionAnalyzer : TenancyAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.StaticCollection];

    protected override void Start(CompilationStartAnalysisContext context, TenancyTypes types)
    {
        var caches = new CacheTypes(context.Compilation);
        var outermost = new ConcurrentDictionary<ISymbol, Collections>(SymbolEqualityComparer.Default);
        context.RegisterSymbolStartAction(
            start =>
            {
                var type = (INamedTypeSymbol)start.Symbol;
                LookAt(start, outermost.GetOrAdd(Outermost(type), symbol => new Collections((INamedTypeSymbol)symbol, types, caches)), isOutermost: type.ContainingType is null);
            },
            SymbolKind.NamedType);
    }

    private static void LookAt(SymbolStartAnalysisContext context, Collections collections, bool isOutermost)
    {
        if (collections.HasClosed)
        {
            context.RegisterOperationAction(reference => collections.Note(reference.Operation, reference.ContainingSymbol), OperationKind.FieldReference, OperationKind.PropertyReference);
        }

        // The end of a type comes after those of the types within it.
        if (isOutermost)
        {
            context.RegisterSymbolEndAction(end =>
            {
                foreach (var member in collections.Reported())
                {
                    end.Report(member, Rules.StaticCollection, member.Name);
                }
            });
        }
    }

    private static INamedTypeSymbol Outermost(INamedTypeSymbol type) => type.ContainingType is { } outer ? Outermost(outer) : type;

    /// <summary>The static collections of an outermost type, which sees all uses of what is private in it.</summary>
    private sealed class Collections(INamedTypeSymbol type, TenancyTypes types, CacheTypes caches)
    {
        private readonly Dictionary<ISymbol, StaticCollection> all = StaticCollection.In(type, types, caches).ToDictionary(collection => collection.Member, SymbolEqualityComparer.Default);
        private readonly ConcurrentDictionary<ISymbol, bool> changed = new(SymbolEqualityComparer.Default);

        public bool HasClosed => all.Values.Any(collection => collection.IsClosed);

        public void Note(IOperation reference, ISymbol place)
        {
            var member = ((IMemberReferenceOperation)reference).Member.OriginalDefinition;
            if (all.TryGetValue(member, out var collection) && CollectionUse.CanChange(reference, collection.Kind, place))
            {
                changed[member] = true;
            }
        }

        public IEnumerable<ISymbol> Reported() => all.Values.Where(collection => !collection.IsClosed || changed.ContainsKey(collection.Member)).Select(collection => collection.Member);
    }
}
