using Rowhouse.Testing;

namespace Rowhouse.Tests.Plans;

/// <summary>Statements that read a table from end to end. All tables grow, so each that may is named here with its reason.</summary>
internal static class ReadsWhole
{
    private const string Scan = "Seq Scan";

    private static readonly Allowed[] allowed =
    [
    ];

    private static readonly HashSet<Allowed> met = [];

    /// <summary>Those that no operation or query meets any more.</summary>
    public static IEnumerable<string> Unmet => allowed.Except(met).Select(unmet => unmet.ToString());

    /// <summary>What a statement reads from end to end and should not.</summary>
    /// <param name="asked">The operation or the query that it is part of.</param>
    /// <param name="mode">Which plans were used.</param>
    /// <param name="plan">How it was run.</param>
    public static IEnumerable<string> Find(string asked, string mode, StatementPlan plan)
    {
        foreach (var table in plan.Root.All.Where(node => node.Type == Scan).Select(node => node.Table!).Where(table => !table.StartsWith("pg_catalog.", StringComparison.Ordinal)).Distinct()) // it scans one
        {
            if (Array.Find(allowed, one => one.Table == table && plan.Sql.Contains(one.Sql, StringComparison.Ordinal)) is { } known)
            {
                met.Add(known);
            }
            else
            {
                yield return $"{asked} reads {table} from end to end, {mode}.\n{plan}";
            }
        }
    }

    /// <summary>A statement that may.</summary>
    /// <param name="Table">What may be read.</param>
    /// <param name="Sql">A part of the statement that may.</param>
    /// <param name="Reason">Why it may.</param>
    private sealed record Allowed(string Table, string Sql, string Reason);
}
