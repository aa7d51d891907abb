using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Rowhouse.Tenancy.Analyzers.Databases;

/// <summary>What goes past a tenant's context: SQL, ignored filters, transactions and connections of one's own.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class DatabaseAnalyzer : TenancyAnalyzer
{
    /// <summary>The name of the kernel's filter; others may be taken off a query.</summary>
    internal const string TenantFilter = "tenant";

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.RawSql, Rules.IgnoredFilter, Rules.OwnTransaction];

    protected override void Start(CompilationStartAnalysisContext context, TenancyTypes types)
    {
        if (types.TenantContext is null)
        {
            return;
        }

        var trace = new ContextTrace(types);
        context.RegisterOperationAction(call => LookAtCall(call, trace), OperationKind.Invocation);
        context.RegisterOperationAction(group => LookAtMethodGroup(group, trace), OperationKind.MethodReference);
        context.RegisterOperationAction(property => LookAtProperty(property, trace), OperationKind.PropertyReference);
    }

    private static void LookAtCall(OperationAnalysisContext context, ContextTrace trace)
    {
        var call = (IInvocationOperation)context.Operation;
        if (RuleFor(call.TargetMethod, call) is { } rule)
        {
            Report(context, trace, rule, call.TargetMethod, call.Receiver());
        }
    }

    private static void LookAtMethodGroup(OperationAnalysisContext context, ContextTrace trace)
    {
        var group = (IMethodReferenceOperation)context.Operation;
        if (RuleFor(group.Method, call: null) is { } rule)
        {
            Report(context, trace, rule, group.Method, group.Instance);
        }
    }

    private static void LookAtProperty(OperationAnalysisContext context, ContextTrace trace)
    {
        var reference = (IPropertyReferenceOperation)context.Operation;
        if (EntityFramework.IsWayToServices(reference.Property))
        {
            Report(context, trace, Rules.RawSql, reference.Property, reference.Instance);
        }
    }

    private static DiagnosticDescriptor? RuleFor(IMethodSymbol method, IInvocationOperation? call)
    {
        if (EntityFramework.IsTransaction(method))
        {
            return Rules.OwnTransaction;
        }

        if (EntityFramework.IsIgnoredFilter(method))
        {
            return call is not null && NamesOthersOnly(call) ? null : Rules.IgnoredFilter;
        }

        return EntityFramework.IsSql(method) || EntityFramework.IsWayToServices(method, call) ? Rules.RawSql : null;
    }

    private static void Report(OperationAnalysisContext context, ContextTrace trace, DiagnosticDescriptor rule, ISymbol member, IOperation? receiver)
    {
        if (trace.TenantContextBehind(receiver) is { } owner)
        {
            context.Report(rule, member.Name, owner);
        }
    }

    /// <summary>Whether every filter is named on the spot and none is the tenant's.</summary>
    private static bool NamesOthersOnly(IInvocationOperation call)
    {
        var names = call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 1)?.Value;
        while (names is IConversionOperation conversion)
        {
            names = conversion.Operand;
        }

        ImmutableArray<IOperation>? elements = names switch
        {
            ICollectionExpressionOperation collection => collection.Elements,
            IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
            _ => null,
        };
        return elements is { } all && all.All(element => element.ConstantValue is { HasValue: true, Value: string name } && name != TenantFilter);
    }
}
