using Rowhouse.Tenancy.Postgres.Hosting;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>The dedicated homes of an installation, as the catalogues of their servers show them; none was connected to.</summary>
/// <param name="Homes">How many there are.</param>
/// <param name="Findings">What lets others into a home, or its login do more than it may: isolation is broken. Empty when nothing does.</param>
/// <param name="Faults">What keeps tenants from working in their homes, and lets nobody in; and stores that could not be asked.</param>
/// <param name="Behind">The homes whose schema is another one than this program's, by store and name.</param>
public sealed record HomesReport(int Homes, IReadOnlyList<IsolationFinding> Findings, IReadOnlyList<IsolationFinding> Faults, IReadOnlyList<string> Behind)
{
    /// <summary>How many things keep tenants from working in their homes, and the first of them, as a sentence; null when nothing does.</summary>
    public string? SayFaults() => Faults is [var first, ..]
        ? $"{(Faults.Count == 1 ? "One thing keeps tenants from working in a dedicated home" : $"{Faults.Count} things keep tenants from working in dedicated homes, the first")}: {first.Where}: {first.What}"
        : null;

    /// <summary>Which homes are behind and how that is mended, as sentences; null when none is.</summary>
    public string? SayBehind() => Behind is [var first, ..]
        ? $"{(Behind.Count == 1 ? $"One dedicated home has another schema than this release, {first}" : $"{Behind.Count} dedicated homes have another schema than this release, {first} the first")}. "
            + $"Run `rowhouse migrate` with {ConfiguredConnections.Owner} and {ConfiguredConnections.Provisioner} set."
            + (Behind.Any(home => home.Contains(" in store ", StringComparison.Ordinal)) ? " It needs the platform's key for stores that were added." : "")
        : null;
}
