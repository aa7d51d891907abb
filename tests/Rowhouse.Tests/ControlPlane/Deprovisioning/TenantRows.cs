using Rowhouse.Tests.ControlPlane.Homes;

namespace Rowhouse.Tests.ControlPlane.Deprovisioning;

/// <summary>Counts the rows of a tenant in each table of a database, whichever tables it has by now. As a superuser, who sees those of everybody.</summary>
internal static class TenantRows
{
    /// <summary>How many rows each table of a store has of a tenant, but for its home.</summary>
    public static Task<SortedDictionary<string, long>> StoredAsync(string store, Guid tenant) => CountAsync(store, "a.attname = 'tenant_id' AND c.relname <> 'homes'", tenant);

    /// <summary>How many rows each table of the control database has of a tenant, wherever one is named.</summary>
    public static Task<SortedDictionary<string, long>> RegisteredAsync(string control, Guid tenant) =>
        CountAsync(control, "a.attname IN ('tenant_id', 'only_tenant_id', 'owner') AND a.atttypid = 'uuid'::regtype", tenant);

    private static async Task<SortedDictionary<string, long>> CountAsync(string database, string where, Guid tenant)
    {
        var columns = await HomeWork.ScalarAsync<string[]>(
            database,
            $"SELECT array_agg(format('%s.%s %s', n.nspname, c.relname, a.attname)) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {where} AND c.relkind IN ('r', 'p')");
        SortedDictionary<string, long> rows = [];
        foreach (var column in columns.Select(column => column.Split(' ')))
        {
            rows[column[0]] = await HomeWork.ScalarAsync<long>(database, $"SELECT count(*) FROM {column[0]} WHERE {column[1]} = '{tenant}'");
        }

        return rows;
    }
}
