using System.Globalization;
using System.Text;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>How a live database keeps tenants apart, compared with the models of the registered modules.</summary>
/// <param name="Tables">How many tables of tenants were looked at.</param>
/// <param name="SharedTables">How many tables of shared reference data.</param>
/// <param name="Findings">What is wrong; empty when nothing is.</param>
public sealed record IsolationReport(int Tables, int SharedTables, IReadOnlyList<IsolationFinding> Findings)
{
    /// <summary>
    /// Whether the store has Citus's extension, so that its tables may be spread over nodes. Only what the coordinator holds was looked
    /// at then: shards have guards of their own, and nothing is known of them, also where there are no findings.
    /// </summary>
    public bool IsDistributed { get; init; }

    /// <summary>The dedicated homes; null where they were not looked at. What breaks isolation in one is among the <see cref="Findings"/>.</summary>
    public HomesReport? Homes { get; init; }

    /// <summary>Whether nothing is wrong with what was looked at. A home that is behind, or in which its tenant cannot work, lets nobody in.</summary>
    public bool IsSound => Findings.Count == 0;

    /// <summary>The report for people, a finding to a paragraph, and those homes that need somebody.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var finding in Findings.Concat(Homes?.Faults ?? []))
        {
            text.Append(finding).Append('\n');
        }

        if (Homes?.SayBehind() is { } behind)
        {
            text.Append(behind).Append('\n');
        }

        return text.Append(IsSound ? "Tenants are kept apart: " : $"{Count(Findings.Count, "finding")}: ").Append(Count(Tables, "table")).Append(" of tenants, ").Append(SharedTables).Append(SharedTables == 1 ? " shared one" : " shared ones")
            .Append(Homes is { Homes: > 0 } ? $" and {Count(Homes.Homes, "dedicated home")}" : "").Append(" looked at.")
            .Append(IsDistributed ? " The store has Citus: shards on its nodes, which have guards of their own, were not looked at." : "").ToString();
    }

    private static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");
}

/// <summary>One way in which a database does not keep tenants apart.</summary>
/// <param name="Rule">The rule that it breaks, for programs: <c>row-security</c>, <c>grant</c> …</param>
/// <param name="Where">The table, view, function or role.</param>
/// <param name="What">What is wrong, as a sentence.</param>
/// <param name="Mend">How to mend it.</param>
public sealed record IsolationFinding(string Rule, string Where, string What, string Mend)
{
    /// <summary>The statement that mends it, where the guards can.</summary>
    internal string? Sql { get; private init; }

    /// <summary>A finding that the guards mend.</summary>
    internal static IsolationFinding Mended(string rule, string where, string what, string sql) =>
        new(rule, where, what, $"Run `rowhouse migrate`, which does: {sql}") { Sql = sql };

    /// <summary>The finding for people.</summary>
    public override string ToString() => $"{Where}: {What} [{Rule}]\n    {Mend}";
}

/// <summary>A database does not keep tenants apart, and nothing is served from it.</summary>
/// <param name="report">What is wrong.</param>
public sealed class IsolationException(IsolationReport report)
    : InvalidOperationException($"The database does not keep tenants apart; refusing to serve.\n{report}")
{
    /// <summary>What is wrong.</summary>
    public IsolationReport Report { get; } = report;
}
