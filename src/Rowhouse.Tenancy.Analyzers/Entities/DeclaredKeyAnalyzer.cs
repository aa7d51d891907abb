using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Rowhouse.Tenancy.Analyzers.Entities;

/// <summary>Entities of a tenant's context that have the tenant's key as a member.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class DeclaredKeyAnalyzer : TenancyAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.DeclaredKey];

    protected override void Start(CompilationStartAnalysisContext context, TenancyTypes types)
    {
        if (types.TenantContext is null)
        {
            return;
        }

        var entities = new TenantEntities(context.Compilation, types);
        context.RegisterSymbolAction(property => LookAtProperty(property, entities, types), SymbolKind.Property);
        context.RegisterOperationAction(call => LookAtMapping(call, entities, types), OperationKind.Invocation);
    }

    private static void LookAtProperty(SymbolAnalysisContext context, TenantEntities entities, TenancyTypes types)
    {
        var property = (IPropertySymbol)context.Symbol;
        if (TenantEntities.IsKey(property) && entities.ContextOf(property.ContainingType) is { } owner)
        {
            context.Report(property, Rules.DeclaredKey, $"{property.ContainingType.Name}.{property.Name}", owner.Name);
        }
        else if (types.IsTenantContext(property.ContainingType)
            && TenantEntities.InSet(property) is { } entity && !types.IsShared(entity)
            && TenantEntities.KeyOf(entity) is { } key && !IsInSource(key))
        {
            // The entity comes from another assembly: the set that makes it one of this context is the place to say it.
            context.Report(property, Rules.DeclaredKey, $"{key.ContainingType.Name}.{key.Name}", property.ContainingType.Name);
        }
    }

    // modelBuilder.Entity<Note>(), for what has no set.
    private static void LookAtMapping(OperationAnalysisContext context, TenantEntities entities, TenancyTypes types)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod is not { Name: "Entity", ContainingType.Name: "ModelBuilder" } || !types.IsTenantContext(context.ContainingSymbol.ContainingType))
        {
            return;
        }

        var entity = call.TargetMethod.TypeArguments.FirstOrDefault()
            ?? call.Arguments.Select(argument => argument.Value).OfType<ITypeOfOperation>().FirstOrDefault()?.TypeOperand;
        if (entity is not null && !types.IsShared(entity)
            && TenantEntities.KeyOf(entity) is { } key && !(IsInSource(key) && entities.ContextOf(key.ContainingType) is not null))
        {
            context.Report(Rules.DeclaredKey, $"{key.ContainingType.Name}.{key.Name}", context.ContainingSymbol.ContainingType.Name);
        }
    }

    private static bool IsInSource(ISymbol symbol) => symbol.Locations.Any(location => location.IsInSource);
}
