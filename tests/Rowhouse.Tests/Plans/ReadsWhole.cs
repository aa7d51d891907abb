using Rowhouse.Testing;

namespace Rowhouse.Tests.Plans;

/// <summary>Statements that read a table from end to end. All tables grow, so each that may be read so is named here, with the reason.</summary>
internal static class ReadsWhole
{
    private const string Start = "A node reads all tenants at its start, a thousand at a time.";

    private static readonly Allowed[] allowed =
    [
        new("a page of the catalogue", "platform.identifiers", PlanLog.ForTheseValues, Start),
        new("a page of the catalogue", "platform.subscriptions", PlanLog.ForTheseValues, Start),
        new("CreateTenantAccount", "platform.identifiers", PlanLog.ForTheseValues, "Of a slug that is taken a thousand numbers are looked up at once, which is many for this table and few for a larger one."),
        new("ImportCatalogue", "catalogue.sets", PlanLog.ForAny, "Whoever runs the platform imports a file now and then; for what is in it an index is used."),
        new("ImportCatalogue", "catalogue.releases", PlanLog.ForAny, "The same."),
    ];

    /// <summary>What is read from end to end and should not, and what is not though it may.</summary>
    /// <param name="asked">The operation or the query.</param>
    /// <param name="mode">Which plans were used.</param>
    /// <param name="plans">What was run for it.</param>
    public static IEnumerable<string> Check(string asked, string mode, IEnumerable<StatementPlan> plans)
    {
        var read = plans.SelectMany(plan => plan.Root.All.Where(IsWhole).Select(node => (Table: node.Table!, Plan: plan))).ToLookup(one => one.Table, one => one.Plan); // it scans one
        var may = allowed.Where(one => one.Asked == asked && one.Mode == mode).Select(one => one.Table).ToList();
        return read.Where(table => !may.Contains(table.Key)).Select(table => $"{asked} reads {table.Key} from end to end, {mode}.\n{table.First()}")
            .Concat(may.Where(table => !read.Contains(table)).Select(table => $"{asked} does not read {table} from end to end any more, {mode}: it need not be named."));
    }

    private static bool IsWhole(PlanNode node) => node is { Type: "Seq Scan", Table: { } table } && !table.StartsWith("pg_catalog.", StringComparison.Ordinal);

    /// <summary>What may be read from end to end.</summary>
    /// <param name="Asked">By which operation or query.</param>
    /// <param name="Table">Which table.</param>
    /// <param name="Mode">By which plans.</param>
    /// <param name="Reason">Why.</param>
    private sealed record Allowed(string Asked, string Table, string Mode, string Reason);
}
