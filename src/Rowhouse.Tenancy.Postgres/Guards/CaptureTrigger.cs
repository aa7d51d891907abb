using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Guards;

/// <summary>
/// The trigger that notes which rows of a table change while its tenant's home is capturing, and its function: one for
/// each table, written out for the table's key. It runs as the owner, since nobody else may write <c>tenancy.changes</c>.
/// </summary>
/// <remarks>While nothing is captured it costs a look at a setting for each row; a row's width does not matter, since only its key is read.</remarks>
internal sealed partial class CaptureTrigger
{
    public const string Name = "capture";

    private const int LongestName = 63;
    private const string Settings = "search_path = pg_catalog, pg_temp";

    private readonly string body;

    public CaptureTrigger(GuardedTable table)
    {
        // Without quotes, since Citus leaves them out where it passes rights on a function to its nodes. What PostgreSQL would
        // cut, and what could be another table's, has a hash for its name.
        var name = $"capture_{table.Schema}_{table.Name}";
        if (!Plain().IsMatch(name) || name.Length > LongestName || table.Schema.Contains('_', StringComparison.Ordinal))
        {
            name = $"capture_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(table.SqlName)))[..32]}";
        }

        Function = $"tenancy.{name}";
        var before = KeyOf(table, "old");
        var after = KeyOf(table, "new");
        var relation = $"'{table.SqlName.Replace("'", "''", StringComparison.Ordinal)}'";
        body = $"""

            BEGIN
                IF tg_op <> 'INSERT' THEN
                    INSERT INTO tenancy.changes (tenant_id, relation, key) VALUES (old.tenant_id, {relation}, {before});
                END IF;
                IF tg_op = 'INSERT' OR tg_op = 'UPDATE' AND {after} IS DISTINCT FROM {before} THEN
                    INSERT INTO tenancy.changes (tenant_id, relation, key) VALUES (new.tenant_id, {relation}, {after});
                END IF;
                RETURN NULL;
            END

            """.ReplaceLineEndings("\n");
    }

    /// <summary>The function's name, as SQL writes it.</summary>
    public string Function { get; }

    /// <summary>The line that describes the function, as <c>schema.sql</c> writes it.</summary>
    public string LineFor(RoleNames roles) =>
        $"function {Function}() of {roles.Owner}: f plpgsql v security definer, settings search_path=pg_catalog, pg_temp; DateStyle=ISO, MDY; TimeZone=UTC, text {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}";

    /// <summary>Makes the function.</summary>
    /// <remarks>The settings make one text of every key, whatever the session has set.</remarks>
    public string FunctionSql =>
        $"CREATE OR REPLACE FUNCTION {Function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET {Settings} SET datestyle = 'ISO, MDY' SET timezone = 'UTC' AS $capture${body}$capture$; REVOKE ALL ON FUNCTION {Function}() FROM PUBLIC;";

    /// <summary>Makes the trigger.</summary>
    public string TriggerSql(string table) =>
        $"CREATE OR REPLACE TRIGGER {Name} AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW WHEN (current_setting('rowhouse.capturing', true) = '1') EXECUTE FUNCTION {Function}(); ALTER TABLE {table} ENABLE TRIGGER {Name};";

    /// <summary>The trigger as PostgreSQL says it back.</summary>
    public string TriggerText(string table) =>
        $"CREATE TRIGGER {Name} AFTER INSERT OR DELETE OR UPDATE ON {table} FOR EACH ROW WHEN ((current_setting('rowhouse.capturing'::text, true) = '1'::text)) EXECUTE FUNCTION {Function}()";

    [GeneratedRegex("^[a-z0-9_]+\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Plain();

    private static string KeyOf(GuardedTable table, string row) => $"ARRAY[{string.Join(", ", table.Key.Select(column => $"{row}.{Sql.Name(column)}::text"))}]::text[]";
}
