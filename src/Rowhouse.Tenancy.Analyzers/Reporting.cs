using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Rowhouse.Tenancy.Analyzers;

/// <summary>Where a rule's word stands.</summary>
internal static class Reporting
{
    public static void Report(this OperationAnalysisContext context, DiagnosticDescriptor rule, params object[] arguments)
    {
        var location = NameIn(context.Operation.Syntax).GetLocation();
        if (IsWritten(location, context.IsGeneratedCode))
        {
            context.ReportDiagnostic(Diagnostic.Create(rule, location, arguments));
        }
    }

    public static void Report(this SymbolAnalysisContext context, ISymbol symbol, DiagnosticDescriptor rule, params object[] arguments)
    {
        if (symbol.Locations.FirstOrDefault(place => place.IsInSource) is { } location && IsWritten(location, context.IsGeneratedCode))
        {
            context.ReportDiagnostic(Diagnostic.Create(rule, location, arguments));
        }
    }

    /// <summary>What a method is called on: the receiver of an extension method too, also where it is called like any static method.</summary>
    public static IOperation? Receiver(this IInvocationOperation call) =>
        call.Instance ?? (call.TargetMethod.IsExtensionMethod ? call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value : null);

    // Generated code stands for what somebody wrote where it says so.
    private static bool IsWritten(Location location, bool isGenerated) => !isGenerated || location.GetMappedLineSpan().HasMappedPath;

    private static SyntaxNode NameIn(SyntaxNode syntax) => syntax switch
    {
        InvocationExpressionSyntax call => NameIn(call.Expression),
        MemberAccessExpressionSyntax member => member.Name,
        MemberBindingExpressionSyntax member => member.Name,
        _ => syntax,
    };
}
