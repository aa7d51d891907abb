using Shouldly;

namespace Rowhouse.Tests.Plans;

/// <summary>So that no query is forgotten: the operations of the document are asked with each parameter of their queries, on tables that have all grown.</summary>
[Collection<OnGrownTables>]
public sealed class GrowthTests(GrownServer server)
{
    private const int Grown = 1_000;

    [Fact]
    public void Every_table_has_grown()
    {
        server.Tables.Count.ShouldBeGreaterThan(15);
        server.Tables.Where(table => table.Value < Grown).ShouldBeEmpty("A planner reads a small table from end to end, and rightly so: fill it in Growth.");
    }

    [Fact]
    public async Task No_operation_reads_a_table_from_end_to_end()
    {
        var walked = await server.WalkAsync();

        walked.Count.ShouldBeGreaterThan(500);
        walked.GroupBy(one => (one.Operation, one.Mode)).SelectMany(all => ReadsWhole.Check(all.Key.Operation, all.Key.Mode, all.Select(one => one.Plan), server.Tables)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_may_read_a_table_from_end_to_end_is_asked()
    {
        var asked = (await server.WalkAsync()).Select(one => one.Operation).Concat(HotQueries.All.Select(query => query.Name)).ToHashSet();

        ReadsWhole.All.Where(allowed => !asked.Contains(allowed.Asked) || !server.Tables.ContainsKey(allowed.Table)).ShouldBeEmpty();
    }
}
