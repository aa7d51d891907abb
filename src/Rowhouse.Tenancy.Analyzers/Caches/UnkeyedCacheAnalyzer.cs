using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Rowhouse.Tenancy.Analyzers.Caches;

/// <summary>Reads and writes of caches by a key that does not begin with the tenant.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class UnkeyedCacheAnalyzer : TenancyAnalyzer
{
    // What takes no key (Dispose, Compact, statistics) shows nothing of a tenant's.
    private static readonly string[] keys = ["key", "keys", "tag", "tags"];
    private static readonly string[] libraries = ["Microsoft.Extensions.Caching", "ZiggyCreatures.Caching"];

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.UnkeyedCache];

    protected override void Start(CompilationStartAnalysisContext context, TenancyTypes types)
    {
        var caches = new CacheTypes(context.Compilation);
        context.RegisterOperationAction(call => LookAtCall(call, caches), OperationKind.Invocation);
        context.RegisterOperationAction(group => LookAtMethodGroup(group, caches), OperationKind.MethodReference);
        context.RegisterOperationAction(indexer => LookAtIndexer(indexer, caches), OperationKind.PropertyReference);
    }

    private static void LookAtCall(OperationAnalysisContext context, CacheTypes caches)
    {
        var call = (IInvocationOperation)context.Operation;
        Look(context, call.TargetMethod, call.Receiver()?.Type, caches);
    }

    private static void LookAtMethodGroup(OperationAnalysisContext context, CacheTypes caches)
    {
        var group = (IMethodReferenceOperation)context.Operation;
        Look(context, group.Method, group.Instance?.Type, caches);
    }

    private static void LookAtIndexer(OperationAnalysisContext context, CacheTypes caches)
    {
        var property = ((IPropertyReferenceOperation)context.Operation).Property;
        if (property.IsIndexer && caches.Has(property.ContainingType) && !IsOwnCache(context.ContainingSymbol, caches))
        {
            context.Report(Rules.UnkeyedCache, "this[]", property.ContainingType.Name);
        }
    }

    private static void Look(OperationAnalysisContext context, IMethodSymbol method, ITypeSymbol? receiver, CacheTypes caches)
    {
        var declared = method.ReducedFrom ?? method;
        if (!declared.Parameters.Any(parameter => keys.Contains(parameter.Name, StringComparer.Ordinal)))
        {
            return;
        }

        var cache = declared.IsExtensionMethod && libraries.Any(library => declared.ContainingNamespace.ToDisplayString().StartsWith(library, StringComparison.Ordinal))
            ? declared.Parameters[0].Type
            : method.ContainingType;
        if (caches.Has(cache) && !IsOwnCache(context.ContainingSymbol, caches))
        {
            context.Report(Rules.UnkeyedCache, method.Name, (receiver ?? cache).Name);
        }
    }

    /// <summary>A cache that is built on another one: what calls it is reported, or it puts the tenant in front itself.</summary>
    private static bool IsOwnCache(ISymbol member, CacheTypes caches) =>
        member.IsWithin(type => caches.Has(type));
}
