using System.Net;
using System.Text.RegularExpressions;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Testing;
using Rowhouse.Tests.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.Plans;

/// <summary>The tests on tables that have grown. They share one server, and its log of plans has room for one at a time.</summary>
[CollectionDefinition]
public sealed class OnGrownTables : ICollectionFixture<GrownServer>;

[Collection<OnGrownTables>]
public sealed partial class HotQueryTests(GrownServer server)
{
    public static TheoryData<string, string> Queries => [.. HotQueries.All.Select(query => new TheoryDataRow<string, string>(query.Name, query.Index))];

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task A_hot_query_is_answered_by_its_index(string name, string index)
    {
        var query = HotQueries.All.Single(query => query.Name == name);
        foreach (var mode in PlanLog.Modes)
        {
            var plans = await server.RecordAsync(mode, () => query.RunAsync(server));

            var found = plans.Where(plan => plan.Says(query.Statement)).ToList();
            found.ShouldNotBeEmpty($"{mode}: nothing says {query.Statement}.\n\n{string.Join("\n\n", plans)}");
            found.ShouldAllBe(plan => plan.Uses(index) || (query.Or != null && plan.Uses(query.Or)), $"{mode}: {index} is not used.\n\n{string.Join("\n\n", found)}");
            found.ShouldAllBe(plan => plan.Role == (query.IsPlatforms || index.StartsWith("platform.", StringComparison.Ordinal) ? RoleNames.Default.Platform : RoleNames.Default.Application));
            if (query.InOrder)
            {
                found.ShouldAllBe(plan => plan.Root.All.All(node => node.Type != "Sort" && (query.SortsEqual || node.Type != "Incremental Sort")), $"{mode}: the index has the order.\n\n{string.Join("\n\n", found)}");
            }

            if (query.Condition is { } condition)
            {
                found.ShouldContain(
                    plan => plan.Root.All.Any(node => node.Index == index && node.Conditions.Any(part => part.StartsWith("Index Cond", StringComparison.Ordinal) && part.Contains(condition, StringComparison.Ordinal))),
                    $"{mode}: the index is not asked with {condition}.\n\n{string.Join("\n\n", found)}");
            }

            ReadsWhole.Check(name, mode, plans, server.Tables).ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("q=player%20777")]
    [InlineData("q=player%20777&sort=player")]
    [InlineData("tag=rare")]
    [InlineData("location=box%207&sort=location")]
    [InlineData("manufacturer=maker%207")]
    [InlineData("sort=number")]
    [InlineData("sort=-quantity")]
    [InlineData("sort=cost")]
    [InlineData("sort=-acquiredOn")]
    public async Task What_no_index_finds_or_orders_is_sifted_from_the_tenants_own_cards(string query)
    {
        foreach (var mode in PlanLog.Modes)
        {
            var plans = await server.RecordAsync(mode, () => server.Smith.Admin.GetAsync($"cards?{query}").ShouldBeAsync(HttpStatusCode.OK));

            ReadsWhole.Check("", mode, plans, server.Tables).ShouldBeEmpty();
            plans.SelectMany(plan => plan.Root.All).Where(node => node.Index?.StartsWith("cardvault.ix_cards", StringComparison.Ordinal) is true)
                .ShouldHaveSingleItem().Conditions.ShouldContain(condition => ByTenant().IsMatch(condition), string.Join("\n\n", plans));
        }
    }

    [GeneratedRegex(@"^Index Cond: \((\w+\.)?tenant_id = ", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ByTenant();
}
