using Rowhouse.Tenancy.Postgres.Hosting;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>The dedicated homes of an installation, as their server's catalogue shows them; none was connected to.</summary>
/// <param name="Homes">How many there are.</param>
/// <param name="Findings">What lets others into a home, or its login do more than it may: isolation is broken. Empty when nothing does.</param>
/// <param name="Faults">What keeps a tenant from working in its home, and lets nobody in.</param>
/// <param name="Behind">The homes whose schema is another one than this program's, in the order of their names.</param>
public sealed record HomesReport(int Homes, IReadOnlyList<IsolationFinding> Findings, IReadOnlyList<IsolationFinding> Faults, IReadOnlyList<string> Behind)
{
    /// <summary>Which homes are behind and how that is mended, as sentences; null when none is.</summary>
    public string? SayBehind() => Behind is [var first, ..]
        ? $"{(Behind.Count == 1 ? $"One dedicated home has another schema than this release, {first}" : $"{Behind.Count} dedicated homes have another schema than this release, {first} the first")}. "
            + $"Run `rowhouse migrate` with {ConfiguredConnections.Owner} and {ConfiguredConnections.Provisioner} set."
        : null;
}
