using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Metadata;
using Rowhouse.Tenancy.Postgres.Model;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Guards;

/// <summary>
/// The SQL that makes a store a Citus cluster's: shared tables are copied to every node, and all rows of one tenant are kept
/// on one, together with its home.
/// </summary>
internal static partial class DistributionScript
{
    private const string Homes = "tenancy.homes";
    private const string Changes = "tenancy.changes";

    // A table comes after those that it refers to: Citus takes no foreign key to one that is not distributed yet. In one
    // transaction, which needs one shard after another: what was sent to several at once stands in the way of a reference table.
    public static string Write(IEnumerable<IRelationalModel> models, RoleNames roles)
    {
        var tables = InOrder(models.SelectMany(model => model.Tables)).ConvertAll(GuardedTable.Of);
        return string.Join('\n', (IEnumerable<string>)[
            $"-- Makes the store of the installation '{roles.Installation}' a Citus cluster's. Run it as a superuser, in the store on the coordinator.",
            "BEGIN;",
            "SET LOCAL citus.enable_unsafe_triggers = on;",
            "SET LOCAL citus.multi_shard_modify_mode = 'sequential';",
            .. tables.Where(table => table.IsShared).Select(table => $"SELECT create_reference_table({Literal(table)});"),
            $"SELECT create_distributed_table('{Homes}', '{TenantModel.Key}');",
            .. tables.Where(table => !table.IsShared).Select(Literal).Prepend($"'{Changes}'").Select(name => $"SELECT create_distributed_table({name}, '{TenantModel.Key}', colocate_with => '{Homes}');"),

            // The fence calls it by name, so Citus does not see that the nodes need it.
            "SELECT create_distributed_function('tenancy.lock_key(uuid)');",
            .. new[] { roles.Application, roles.Platform }.Select(role => $"ALTER ROLE {role} SET citus.propagate_set_commands = 'local';"),
            "COMMIT;",
        ]);
    }

    private static List<ITable> InOrder(IEnumerable<ITable> tables)
    {
        List<ITable> ordered = [];
        HashSet<(string?, string)> seen = [];
        foreach (var table in tables)
        {
            Visit(table);
        }

        return ordered;

        void Visit(ITable table)
        {
            if (seen.Add((table.Schema, table.Name)))
            {
                foreach (var key in table.ForeignKeyConstraints)
                {
                    Visit(key.PrincipalTable);
                }

                ordered.Add(table);
            }
        }
    }

    private static string Literal(GuardedTable table) => $"'{Part(table.Schema)}.{Part(table.Name)}'";

    private static string Part(string name) => (Plain().IsMatch(name) ? name : Sql.Name(name)).Replace("'", "''", StringComparison.Ordinal);

    [GeneratedRegex("^[a-z_][a-z0-9_]*\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Plain();
}
