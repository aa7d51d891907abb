using Rowhouse.Testing;

namespace Rowhouse.Tests.Plans;

/// <summary>Statements that read a table from end to end. All tables grow, so each that may be read so is named here, with the reason. It need not be: that is up to the planner.</summary>
internal static class ReadsWhole
{
    private const string Start = "A node reads all tenants at its start, a thousand at a time.";
    private const string Count = "How many there are is counted where that is asked for.";
    private const string Operator = "Whoever runs the platform asks now and then, and no tenant waits for it.";
    private const string Many = "A page of the largest is much of this table, and little of a larger one.";
    private const string Numbers = "Of a slug that is taken a thousand numbers are looked up at once, which is many for this table and few for a larger one.";
    private const string Releases = "There are some hundreds of them, however many tenants.";

    /// <summary>What may be read from end to end.</summary>
    public static IReadOnlyList<Allowed> All { get; } =
    [
        new("a page of the catalogue", "platform.identifiers", Start) { Mode = PlanLog.ForTheseValues },
        new("a page of the catalogue", "platform.subscriptions", Start) { Mode = PlanLog.ForTheseValues },
        new("CreateTenant", "platform.identifiers", Numbers) { Mode = PlanLog.ForTheseValues },
        new("CreateTenantAccount", "platform.identifiers", Numbers) { Mode = PlanLog.ForTheseValues },
        .. Tenants("count", "platform.tenants", Count),
        .. Tenants("limit", "platform.identifiers", Many),
        .. Tenants("limit", "platform.subscriptions", Many),
        .. Tenants("limit", "platform.tenant_products", Many),
        .. Tenants("product", "platform.subscriptions", Operator),
        .. Tenants("product", "platform.tenants", Operator),
        new("the accounts that wait for their owners by name", "platform.tenant_products", Operator),
        new("the accounts that wait for their owners by name", "platform.tenants", Operator),
        .. Tenants("search", "platform.identifiers", Operator),
        .. Tenants("search", "platform.tenants", Operator),
        new("ListPlatformAudit?count", "platform.audit", Count),
        new("ListEnterprises?count", "platform.enterprises", Count),
        new("ListLicensedProducts?count", "platform.licensed_products", Count),
        new("ListLicensedServices?count", "platform.licensed_services", Count),
        .. Events("count", Count),
        .. Events("kind", Operator),
        new("ListReleases?count", "catalogue.releases", Releases),
        new("ListReleases?sport", "catalogue.releases", Releases),
        new("ImportCatalogue", "catalogue.sets", "Whoever runs the platform imports a file now and then; for what is in it an index is used.") { Mode = PlanLog.ForAny },
        new("ImportCatalogue", "catalogue.releases", "The same.") { Mode = PlanLog.ForAny },
    ];

    /// <summary>What is read from end to end and should not.</summary>
    /// <param name="asked">The operation, with a parameter of its query, or the query.</param>
    /// <param name="mode">Which plans were used.</param>
    /// <param name="plans">What was run for it.</param>
    /// <param name="rows">How many rows each table has.</param>
    public static IEnumerable<string> Check(string asked, string mode, IEnumerable<StatementPlan> plans, IReadOnlyDictionary<string, long> rows) =>
        from plan in plans
        from node in plan.Root.All
        where node.Table is { } table && rows.TryGetValue(table, out var all) && IsWhole(node, all)
        group plan by node.Table into read // it scans one
        where !All.Any(allowed => allowed.Asked == asked && allowed.Table == read.Key && (allowed.Mode ?? mode) == mode)
        select $"{asked} reads {read.Key} from end to end, {mode}.\n{read.First()}";

    // An index that is read for its order alone is left as soon as a page is full; where few rows are like what is asked for, that is at its end. So what was read
    // counts, and half a table is far from either. What is found by its tenant alone counts as found, however much of a tenant's rows that is.
    private static bool IsWhole(PlanNode node, long rows) => node.Type == "Seq Scan" || (!IsFound(node) && node.Read > rows / 2);

    // A bitmap is made by the steps before.
    private static bool IsFound(PlanNode node) =>
        node.Conditions.Any(condition => condition.StartsWith("Index Cond", StringComparison.Ordinal)) || node.Children.Any(child => child.Type.StartsWith("Bitmap", StringComparison.Ordinal) && IsFound(child));

    private static IEnumerable<Allowed> Events(string parameter, string reason) => new[] { "tenancy.outbox", "platform.outbox" }.Select(table => new Allowed($"ListEvents?{parameter}", table, reason));

    private static IEnumerable<Allowed> Tenants(string parameter, string table, string reason) =>
        new[] { "ListTenants", "ListTenantsAccount" }.Select(list => new Allowed($"{list}?{parameter}", table, reason));
}

/// <summary>A table that may be read from end to end.</summary>
/// <param name="Asked">By which operation, with a parameter of its query, or which query.</param>
/// <param name="Table">Which table.</param>
/// <param name="Reason">Why.</param>
internal sealed record Allowed(string Asked, string Table, string Reason)
{
    /// <summary>By which plans, where not by any.</summary>
    public string? Mode { get; init; }
}
