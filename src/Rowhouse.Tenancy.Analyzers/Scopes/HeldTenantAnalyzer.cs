using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Rowhouse.Tenancy.Analyzers.Scopes;

/// <summary>Static members and singletons that keep a tenant, its scope or its context.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class HeldTenantAnalyzer : TenancyAnalyzer
{
    private static readonly string[] registrations =
    [
        "AddSingleton", "TryAddSingleton", "AddKeyedSingleton", "TryAddKeyedSingleton", "AddHostedService", // extensions
        "Singleton", "KeyedSingleton", // of ServiceDescriptor
    ];

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.HeldTenant];

    protected override void Start(CompilationStartAnalysisContext context, TenancyTypes types)
    {
        context.RegisterSymbolAction(member => LookAtMember(member, types), SymbolKind.Field, SymbolKind.Property);
        context.RegisterOperationAction(call => LookAtRegistration(call, types), OperationKind.Invocation);
    }

    private static void LookAtMember(SymbolAnalysisContext context, TenancyTypes types)
    {
        if (HeldTenant.In(context.Symbol, types) is { } held)
        {
            context.Report(context.Symbol, Rules.HeldTenant, context.Symbol.Name, held.Name);
        }
    }

    private static void LookAtRegistration(OperationAnalysisContext context, TenancyTypes types)
    {
        var call = (IInvocationOperation)context.Operation;
        var method = call.TargetMethod;
        if (!registrations.Contains(method.Name, StringComparer.Ordinal)
            || !method.ContainingNamespace.ToDisplayString().StartsWith("Microsoft.Extensions.DependencyInjection", StringComparison.Ordinal))
        {
            return;
        }

        // AddSingleton<TService, TImplementation>(), AddSingleton(typeof(IService), typeof(Implementation))
        var implementation = method.TypeArguments.LastOrDefault()
            ?? call.Arguments.Select(argument => argument.Value).OfType<ITypeOfOperation>().LastOrDefault()?.TypeOperand;
        if (implementation is not INamedTypeSymbol { TypeKind: TypeKind.Class } singleton)
        {
            return;
        }

        var held = types.IsOfOneTenant(singleton)
            ? singleton
            : singleton.InstanceConstructors.Where(constructor => constructor.DeclaredAccessibility != Accessibility.Private && !IsCopy(constructor, singleton))
                .SelectMany(constructor => constructor.Parameters).Select(parameter => parameter.Type).FirstOrDefault(types.IsOfOneTenant);
        if (held is not null)
        {
            context.Report(Rules.HeldTenant, singleton.Name, held.Name);
        }
    }

    private static bool IsCopy(IMethodSymbol constructor, INamedTypeSymbol type) => constructor.Parameters.Length == 1 && constructor.Parameters[0].Type.Is(type);
}
