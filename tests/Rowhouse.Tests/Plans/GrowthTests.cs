using Shouldly;

namespace Rowhouse.Tests.Plans;

/// <summary>So that no query is forgotten: all that the server can be asked is asked, on tables that have all grown.</summary>
[Collection<OnGrownTables>]
public sealed class GrowthTests(GrownServer server)
{
    private const int Grown = 1_000;

    [Fact]
    public async Task Every_table_has_grown()
    {
        var tables = await server.TablesAsync();

        tables.Count.ShouldBeGreaterThan(15);
        tables.Where(table => table.Value < Grown).ShouldBeEmpty("A planner reads a small table from end to end, and rightly so: fill it in Growth.");
    }

    [Fact]
    public async Task No_operation_reads_a_table_from_end_to_end()
    {
        var walked = await server.WalkAsync();

        walked.Count.ShouldBeGreaterThan(500);
        walked.GroupBy(one => (one.Operation, one.Mode)).SelectMany(all => ReadsWhole.Check(all.Key.Operation, all.Key.Mode, all.Select(one => one.Plan))).ShouldBeEmpty();
    }
}
