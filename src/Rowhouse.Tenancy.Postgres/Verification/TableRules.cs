using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>
/// What every table of the models has to have: its guards. Each finding carries the statement that mends it, and the
/// guards are written by carrying these out, so what is checked and what is made cannot drift apart.
/// </summary>
internal static class TableRules
{
    /// <summary>A plain expression: a distributed store cannot send a subquery to its workers, and on one server it gains nothing.</summary>
    private const string Policy = "tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid";

    /// <summary>The same as PostgreSQL says it back.</summary>
    private const string LivePolicy = "(tenant_id = (NULLIF(current_setting('rowhouse.tenant'::text, true), ''::text))::uuid)";

    private const string PolicyName = "tenant";
    private const string FenceName = "fence";
    private const string FenceFunction = "tenancy.fence";

    // BEFORE, for each statement, INSERT, DELETE, UPDATE: pg_trigger.h.
    private const short FenceType = 2 | 4 | 8 | 16;

    public static IEnumerable<IsolationFinding> Check(IEnumerable<GuardedTable> tables, LiveDatabase live)
    {
        var known = tables.ToList();
        foreach (var finding in Schemas(known.Where(table => live.Find(table.Schema, table.Name) is not null).ToList(), live))
        {
            yield return finding;
        }

        foreach (var table in known)
        {
            if (live.Find(table.Schema, table.Name) is not { IsTable: true } relation)
            {
                yield return new("missing", table.ToString(), "the model has this table, the database does not.", "Run `rowhouse migrate`; if it stays, a script is missing.");
                continue;
            }

            foreach (var finding in Family(relation, live).SelectMany(member => Table(table, member)))
            {
                yield return finding;
            }
        }
    }

    /// <summary>A table with its partitions and heirs, which can be addressed directly.</summary>
    public static IEnumerable<LiveRelation> Family(LiveRelation relation, LiveDatabase live) =>
        live.Relations.Where(child => child.Parent == relation.Id).SelectMany(child => Family(child, live)).Prepend(relation);

    private static IEnumerable<IsolationFinding> Schemas(List<GuardedTable> tables, LiveDatabase live)
    {
        var needed = tables.Select(table => (Role: DatabaseRoles.Application, table.Schema))
            .Concat(tables.Where(table => table.IsShared).Select(table => (Role: DatabaseRoles.Platform, table.Schema)))
            .Distinct();
        return from need in needed
               where !live.CanUse(need.Role, need.Schema)
               select Mended("grant", need.Schema, $"{need.Role} cannot use the schema.", $"GRANT USAGE ON SCHEMA {Sql.Name(need.Schema)} TO {need.Role};");
    }

    private static IEnumerable<IsolationFinding> Table(GuardedTable table, LiveRelation relation)
    {
        var name = $"{Sql.Name(relation.Schema)}.{Sql.Name(relation.Name)}";
        if (relation.Owner != DatabaseRoles.Owner)
        {
            yield return new("owner", relation.ToString(), $"it belongs to {relation.Owner}.", $"As its owner or a superuser: ALTER TABLE {name} OWNER TO {DatabaseRoles.Owner};");
        }

        foreach (var finding in (table.IsShared ? [] : RowSecurity(relation, name)).Concat(Grants(table, relation, name)))
        {
            yield return finding;
        }
    }

    private static IEnumerable<IsolationFinding> RowSecurity(LiveRelation relation, string name)
    {
        var where = relation.ToString();
        if (!relation.HasTenant)
        {
            yield return new("tenant-key", where, "it has no column tenant_id of type uuid that is never null.", "Add it in a script of the next number, first in every key.");
            yield break;
        }

        if (!relation.Secured || !relation.Forced)
        {
            yield return Mended("row-security", where, relation.Secured ? "row-level security does not hold for its owner." : "row-level security is off.", $"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;");
        }

        if (relation.Policies.FirstOrDefault(policy => policy.Name == PolicyName) is not { } tenant || !IsTenants(tenant))
        {
            yield return Mended(
                "policy", where, "it has no policy 'tenant', or another one under this name.",
                $"DROP POLICY IF EXISTS {PolicyName} ON {name}; CREATE POLICY {PolicyName} ON {name} TO {DatabaseRoles.Application} USING ({Policy}) WITH CHECK ({Policy});");
        }

        // Permissive policies add up: one more opens what the first one closes.
        foreach (var other in relation.Policies.Where(policy => policy.Name != PolicyName && policy.Permissive))
        {
            yield return new("policy", where, $"the policy '{other.Name}' lets more rows through.", $"As {DatabaseRoles.Owner}: DROP POLICY {Sql.Name(other.Name)} ON {name};");
        }

        var fence = relation.Triggers.FirstOrDefault(trigger => trigger.Name == FenceName);
        if (fence is not { Type: FenceType, Enabled: true, Conditional: false, Function: FenceFunction })
        {
            yield return Mended(
                "fence", where, fence is null ? "writes to it are not fenced." : "its fence is switched off or altered.",
                $"CREATE OR REPLACE TRIGGER {FenceName} BEFORE INSERT OR UPDATE OR DELETE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION {FenceFunction}(); ALTER TABLE {name} ENABLE TRIGGER {FenceName};");
        }
    }

    private static bool IsTenants(LivePolicy policy) =>
        policy is { Command: '*', Permissive: true, Roles: [DatabaseRoles.Application], Using: LivePolicy, Check: LivePolicy };

    private static IEnumerable<IsolationFinding> Grants(GuardedTable table, LiveRelation relation, string name)
    {
        foreach (var (role, rights) in new[] { (DatabaseRoles.Application, table.ApplicationRights), (DatabaseRoles.Platform, table.PlatformRights), ("public", []) })
        {
            var has = relation.Grants.Where(grant => grant.Grantee == role).ToList();
            var surplus = has.Where(grant => grant.Column is not null || !rights.Contains(grant.Privilege)).ToList();
            var lacking = rights.Except(has.Where(grant => grant.Column is null).Select(grant => grant.Privilege)).ToList();
            if (surplus.Count > 0)
            {
                var extra = string.Join(", ", surplus.Select(grant => grant.Column is null ? grant.Privilege : $"{grant.Privilege} ({grant.Column})"));

                // REVOKE ALL takes the rights on columns as well, and the right ones are given again.
                yield return Mended("grant", relation.ToString(), $"{role} may {extra}.", $"REVOKE ALL ON {name} FROM {role};{Grant(rights, role)}");
            }
            else if (lacking.Count > 0)
            {
                yield return Mended("grant", relation.ToString(), $"{role} may not {string.Join(", ", lacking)}.", Grant(lacking, role));
            }
        }

        string Grant(IReadOnlyCollection<string> rights, string role) => rights.Count == 0 ? "" : $"GRANT {string.Join(", ", rights)} ON {name} TO {role};";
    }

    private static IsolationFinding Mended(string rule, string where, string what, string sql) =>
        new(rule, where, what, $"Run `rowhouse migrate`, which does: {sql}") { Sql = sql };
}
