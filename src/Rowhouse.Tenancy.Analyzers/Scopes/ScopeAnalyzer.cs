using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Rowhouse.Tenancy.Analyzers.Scopes;

/// <summary>Scopes that no tenant is bound to.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class ScopeAnalyzer : TenancyAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.ScopeWithoutTenant];

    protected override void Start(CompilationStartAnalysisContext context, TenancyTypes types)
    {
        context.RegisterOperationAction(call => Look(call, ((IInvocationOperation)call.Operation).TargetMethod, types), OperationKind.Invocation);
        context.RegisterOperationAction(group => Look(group, ((IMethodReferenceOperation)group.Operation).Method, types), OperationKind.MethodReference);
    }

    private static void Look(OperationAnalysisContext context, IMethodSymbol method, TenancyTypes types)
    {
        if (method.Name is "CreateScope" or "CreateAsyncScope"
            && method.ContainingType.Name is "IServiceScopeFactory" or "ServiceProviderServiceExtensions"
            && method.IsIn("Microsoft.Extensions.DependencyInjection")
            && !context.ContainingSymbol.IsWithin(type => type.IsOrImplements(types.Scopes)))
        {
            context.Report(Rules.ScopeWithoutTenant, method.Name);
        }
    }
}
