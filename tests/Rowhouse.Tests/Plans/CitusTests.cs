using System.Text.RegularExpressions;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.Plans;

/// <summary>
/// All that the operations of the document ask a store, by rules of Citus, where each tenant's rows are on one node. Row-level
/// security alone would keep tenants apart; it does not say which node to ask.
/// </summary>
[Collection<OnGrownTables>]
public sealed partial class CitusTests(GrownServer server)
{
    private readonly IReadOnlySet<string> shared = SharedSchemas.Of(server.Services);

    [Fact]
    public async Task Tenants_rows_are_found_by_the_tenant_that_the_statement_names()
    {
        var read = (from one in await AskedAsync()
                    from node in one.Plan.Root.All
                    where node.Index is not null && IsTenants(node.Index) && !IsOperators(one.Plan)
                    select (one.Plan, Node: node)).ToList();

        read.Count.ShouldBeGreaterThan(100);
        read.Where(one => !one.Node.Conditions.Any(condition => Tenant().IsMatch(condition))).Select(one => one.Plan.ToString()).Distinct().ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_the_role_of_requests_touches_tenants_rows()
    {
        var touched = (from one in await AskedAsync()
                       from node in one.Plan.Root.All
                       where node.Table is not (null or "tenancy.reference_versions") && IsTenants(node.Table) && node.Table != "tenancy.homes" // which the platform opens
                       where !IsOperators(one.Plan)
                       select (one.Plan.Role, one.Plan.Sql)).ToList();

        touched.ShouldNotBeEmpty();
        touched.ShouldAllBe(one => one.Role == RoleNames.Default.Application);
    }

    [Fact]
    public async Task No_statement_is_one_that_is_known_to_be_refused_by_Citus()
    {
        var asked = (await AskedAsync()).Select(one => one.Plan.Sql).Distinct().ToList();

        asked.Count.ShouldBeGreaterThan(30);
        asked.Where(sql => Refused().IsMatch(sql)).ShouldBeEmpty();
        asked.Where(sql => sql.Contains("SKIP LOCKED", StringComparison.OrdinalIgnoreCase) && !Filter().IsMatch(sql)).ShouldBeEmpty("It is refused over all tenants.");
        var copies = asked.Where(sql => InsertSelect().Match(sql) is { Success: true } insert && !shared.Hold(insert.Groups["table"].Value.Replace("\"", "", StringComparison.Ordinal))).ToList();
        copies.ShouldNotBeEmpty();
        copies.Where(sql => !sql.Contains(" RETURNING ", StringComparison.Ordinal)).ShouldBeEmpty("Citus makes a COPY of it, which PostgreSQL refuses under row-level security.");
        asked.Where(sql => Laterals(sql).Any(inner => !Filter().IsMatch(inner))).ShouldBeEmpty("A lateral join needs its own tenant filter.");
    }

    [Theory]
    [InlineData("(SELECT (1) FROM b WHERE b.tenant_id = $1)", true)]
    [InlineData("(SELECT b.tenant_id FROM b WHERE b.id = a.id)", false)]
    [InlineData("(SELECT 1 FROM b WHERE b.tenant_id = a.tenant_id)", false)]
    public void A_lateral_join_has_its_own_filter_where_it_compares_the_tenant_with_a_value(string inner, bool has) => Filter().IsMatch(inner).ShouldBe(has);

    [Theory]
    [InlineData("SELECT 1 FROM a LEFT JOIN LATERAL (SELECT (1) FROM b WHERE b.tenant_id = $1) AS l ON TRUE", "(SELECT (1) FROM b WHERE b.tenant_id = $1)")]
    [InlineData("SELECT 1 FROM a CROSS JOIN LATERAL (SELECT max(id) FROM b WHERE b.id = a.id) AS l WHERE a.tenant_id = $1", "(SELECT max(id) FROM b WHERE b.id = a.id)")]
    public void A_lateral_join_is_looked_at_within_its_brackets(string sql, string inner) => Laterals(sql).ShouldHaveSingleItem().ShouldBe(inner);

    private async Task<List<Walked>> AskedAsync()
    {
        var store = new NpgsqlConnectionStringBuilder(server.Database.Application).Database;
        return [.. (await server.WalkAsync()).Where(one => one.Plan.Database == store)];
    }

    private bool IsTenants(string name) => !shared.Hold(name) && !name.StartsWith("pg_catalog.", StringComparison.Ordinal);

    // Which events wait or were set aside is asked of all nodes, now and then, and of columns that the platform is granted.
    private static bool IsOperators(StatementPlan plan) => plan.Role == RoleNames.Default.Platform && plan.Sql.StartsWith("SELECT", StringComparison.Ordinal) && plan.Sql.Contains("FROM tenancy.outbox", StringComparison.Ordinal);

    private static IEnumerable<string> Laterals(string sql)
    {
        foreach (Match lateral in Lateral().Matches(sql))
        {
            var depth = 0;
            yield return new([.. sql[(lateral.Index + lateral.Length - 1)..].TakeWhile((letter, i) =>
            {
                var goesOn = i == 0 || depth > 0;
                depth += letter == '(' ? 1 : letter == ')' ? -1 : 0;
                return goesOn;
            })]);
        }
    }

    // What the policy adds compares with NULLIF(current_setting(…)).
    [GeneratedRegex(@"^Index Cond: .*tenant_id\)? (= |OPERATOR\(pg_catalog\.=\) )('|\$|[a-z])", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Tenant();

    // As EF Core writes it: a parameter, and not what the outer query selects.
    [GeneratedRegex(@"\btenant_id = (\$|')", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Filter();

    [GeneratedRegex(@"\bMERGE\s+INTO\b|\bset_config\s*\(", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Refused();

    [GeneratedRegex(@"^INSERT INTO (?<table>\S+) .*\bSELECT\b", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex InsertSelect();

    [GeneratedRegex(@"\bLATERAL\s*\(", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Lateral();
}
