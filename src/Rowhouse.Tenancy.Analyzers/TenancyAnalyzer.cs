using Microsoft.CodeAnalysis.Diagnostics;

namespace Rowhouse.Tenancy.Analyzers;

/// <summary>An analyzer that has something to say only where the kernel is used.</summary>
internal abstract class TenancyAnalyzer : DiagnosticAnalyzer
{
    public sealed override void Initialize(AnalysisContext context)
    {
        // Generated code too: the code of a Razor page is somebody's own.
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (TenancyTypes.Of(start.Compilation) is { } types)
            {
                Start(start, types);
            }
        });
    }

    protected abstract void Start(CompilationStartAnalysisContext context, TenancyTypes types);
}
