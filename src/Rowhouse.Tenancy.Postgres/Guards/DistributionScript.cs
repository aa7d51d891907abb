using Microsoft.EntityFrameworkCore.Metadata;
using Rowhouse.Tenancy.Postgres.Model;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres.Guards;

/// <summary>
/// The SQL that makes a store a Citus cluster's: shared tables are copied to every node, and all rows of one tenant are kept
/// on one, together with its home.
/// </summary>
internal static class DistributionScript
{
    private const string Homes = "tenancy.homes";
    private const string Changes = "tenancy.changes";

    // In one transaction, which needs one shard after another: what was sent to several at once stands in the way of a
    // reference table.
    public static string Write(IEnumerable<IRelationalModel> models, RoleNames roles)
    {
        var tables = TableOrder.Of(models, _ => true);
        return string.Join('\n', (IEnumerable<string>)[
            $"-- Makes the store of the installation '{roles.Installation}' a Citus cluster's. Run it as a superuser, in the store on the coordinator.",
            "BEGIN;",
            "SET LOCAL citus.enable_unsafe_triggers = on;",
            "SET LOCAL citus.multi_shard_modify_mode = 'sequential';",

            // On, Citus makes tables of its own kind of those that refer to a reference table, and those may not refer to distributed ones.
            "SET LOCAL citus.enable_local_reference_table_foreign_keys = off;",

            // Nothing is copied from a distributed store by its version.
            .. tables.Where(table => table.IsShared).Select(table => $"DROP TRIGGER IF EXISTS {TableRules.VersionName} ON {table.SqlName};"),
            .. tables.Where(table => table.IsShared).Select(table => $"SELECT create_reference_table({Literal(table)});"),
            $"SELECT create_distributed_table('{Homes}', '{TenantModel.Key}');",
            Distribute($"'{Changes}'"),
            .. KernelTables.All.SelectMany(Distribute),
            .. tables.Where(table => !table.IsShared).SelectMany(Distribute),

            // The fence calls it by name, so Citus does not see that the nodes need it.
            "SELECT create_distributed_function('tenancy.lock_key(uuid)');",
            .. new[] { roles.Application, roles.Platform, roles.Mover }.Select(role => $"ALTER ROLE {role} SET citus.propagate_set_commands = 'local';"),
            "COMMIT;",
            "-- The nodes have the rows. What the coordinator still keeps of them is read, changed and erased by no statement. Where this was interrupted, run it again from here.",
            .. KernelTables.All.Concat(tables).Select(Literal).Prepend($"'{Changes}'").Prepend($"'{Homes}'").Select(name => $"SELECT truncate_local_data_after_distributing_table({name});"),
        ]);
    }

    // Citus gives each shard the triggers as they are and then copies the rows, of all tenants at once and with none bound.
    private static IEnumerable<string> Distribute(GuardedTable table) =>
    [
        $"ALTER TABLE {table.SqlName} DISABLE TRIGGER {TableRules.FenceName};",
        Distribute(Literal(table)),
        $"ALTER TABLE {table.SqlName} ENABLE TRIGGER {TableRules.FenceName};",
    ];

    private static string Distribute(string literal) => $"SELECT create_distributed_table({literal}, '{TenantModel.Key}', colocate_with => '{Homes}');";

    private static string Literal(GuardedTable table) => $"'{table.SqlName.Replace("'", "''", StringComparison.Ordinal)}'";
}
