using Rowhouse.Tenancy.Postgres;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Verification;

/// <summary>What is said of dedicated homes that were looked at.</summary>
public sealed class HomesReportTests
{
    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "One thing keeps tenants from working in a dedicated home: database 1: it is closed.")]
    [InlineData(3, "3 things keep tenants from working in dedicated homes, the first: database 1: it is closed.")]
    public void What_keeps_tenants_from_working_is_counted_in_words(int faults, string? said) =>
        new HomesReport(5, [], [.. Enumerable.Range(1, faults).Select(number => new IsolationFinding("home", $"database {number}", "it is closed.", "Open it."))], []).SayFaults().ShouldBe(said);
}
