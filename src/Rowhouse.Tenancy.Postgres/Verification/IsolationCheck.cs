using Npgsql;
using Rowhouse.Tenancy.Postgres.Guards;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>All rules against one database.</summary>
internal static class IsolationCheck
{
    public static async Task<IsolationReport> RunAsync(NpgsqlConnection connection, IReadOnlyList<GuardedTable> tables, CancellationToken cancellationToken)
    {
        var live = await LiveDatabase.ReadAsync(connection, tables.Select(table => table.Schema), cancellationToken).ConfigureAwait(false);
        List<IsolationFinding> findings =
        [
            .. Model(tables),
            .. TableRules.Check(tables, live),
            .. KeyRules.Check(tables, live),
            .. OpenRules.Check(tables, live),
            .. RoleRules.Check(live),
        ];
        return new(tables.Count(table => !table.IsShared), tables.Count(table => table.IsShared), findings);
    }

    private static IEnumerable<IsolationFinding> Model(IReadOnlyList<GuardedTable> tables) =>
        from schema in tables.GroupBy(table => table.Schema)
        where schema.Select(table => table.IsShared).Distinct().Count() > 1
        select new IsolationFinding("shared-schema", schema.Key, "it has tables of tenants and shared ones.", "Keep shared reference data in a schema of its own.");
}
