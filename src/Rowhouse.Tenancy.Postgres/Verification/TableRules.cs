using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>
/// What every table of the models has to have: its guards. Each finding carries the statement that mends it, and the
/// guards are written by carrying these out, so what is checked and what is made cannot drift apart.
/// </summary>
/// <param name="tables">The tables of all models.</param>
/// <param name="live">The database.</param>
internal sealed class TableRules(IReadOnlyCollection<GuardedTable> tables, LiveDatabase live)
{
    /// <summary>A plain expression: a distributed store cannot send a subquery to its workers, and on one server it gains nothing.</summary>
    private const string Policy = "tenant_id = nullif(current_setting('rowhouse.tenant', true), '')::uuid";

    /// <summary>The same as PostgreSQL says it back.</summary>
    private const string LivePolicy = "(tenant_id = (NULLIF(current_setting('rowhouse.tenant'::text, true), ''::text))::uuid)";

    public const string FenceName = "fence";

    /// <summary>What gives a shared table another version with each statement that changes it.</summary>
    public const string VersionName = "version";

    /// <summary>The policy of every table of tenants.</summary>
    public const string PolicyName = "tenant";

    /// <summary>What is put on every table of tenants, as far as it is not the table's own.</summary>
    public const string Common = $"{PolicyName}: {Policy}; {FenceName}: before insert, update or delete, each statement; forced row security; deferrable keys; {VersionName} of shared tables";

    private static readonly string[] TenantTriggers = [FenceName, CaptureTrigger.Name];
    private static readonly string[] SharedTriggers = [VersionName];

    private RoleNames Names => live.Names;

    public IEnumerable<IsolationFinding> Check()
    {
        foreach (var finding in tables.Where(table => live.Find(table.Schema, table.Name) is not null).GroupBy(table => table.Schema).SelectMany(Schema))
        {
            yield return finding;
        }

        foreach (var table in tables)
        {
            if (live.Find(table.Schema, table.Name) is not { IsTable: true } relation)
            {
                yield return new("missing", table.ToString(), "the model has this table, the database does not.", "Run `rowhouse migrate`; if it stays, a script is missing.");
                continue;
            }

            // Who asks a parent is held by the parent's policies alone.
            if (relation.Parents is [var parent, ..])
            {
                yield return new("parent", table.ToString(), $"it is a partition or an heir of {live.Find(parent)?.ToString() ?? "a table elsewhere"}, whose readers see its rows past its policy.", $"ALTER TABLE {table} NO INHERIT …; or ALTER TABLE … DETACH PARTITION {table};");
            }

            foreach (var finding in live.Family(relation).SelectMany(member => Table(table, member)))
            {
                yield return finding;
            }
        }
    }

    private IEnumerable<IsolationFinding> Schema(IGrouping<string, GuardedTable> schema)
    {
        var found = live.Schemas.First(candidate => candidate.Name == schema.Key); // it has a table
        var name = Sql.Name(schema.Key);
        if (found.Owner != Names.Owner)
        {
            yield return new("owner", schema.Key, $"it belongs to {found.Owner}, who can drop what is in it.", $"As a superuser: ALTER SCHEMA {name} OWNER TO {Names.Owner};");
        }

        string[] use = ["USAGE"];
        foreach (var finding in Grants(schema.Key, $"SCHEMA {name}", found.Grants, (Names.Tenants, use), (Names.Platform, schema.Any(table => table.IsShared) ? use : [])))
        {
            yield return finding;
        }
    }

    private IEnumerable<IsolationFinding> Table(GuardedTable table, LiveRelation relation)
    {
        var name = $"{Sql.Name(relation.Schema)}.{Sql.Name(relation.Name)}";
        if (relation.Owner != Names.Owner)
        {
            yield return new("owner", relation.ToString(), $"it belongs to {relation.Owner}.", $"As its owner or a superuser: ALTER TABLE {name} OWNER TO {Names.Owner};");
        }

        if (relation.Unlogged)
        {
            yield return IsolationFinding.Mended("unlogged", relation.ToString(), "it is empty after a crash.", $"ALTER TABLE {name} SET LOGGED;");
        }

        var grants = Grants(relation.ToString(), name, relation.Grants, (Names.Tenants, table.TenantRights), (Names.Platform, table.PlatformRights));
        foreach (var finding in (table.IsShared ? Version(relation, name) : RowSecurity(relation, name).Concat(Triggers(table, relation, name))).Concat(Surplus(table, relation, name)).Concat(grants))
        {
            yield return finding;
        }
    }

    private IEnumerable<IsolationFinding> RowSecurity(LiveRelation relation, string name)
    {
        var where = relation.ToString();
        if (!relation.HasTenant)
        {
            yield return new("tenant-key", where, "it has no column tenant_id of type uuid that is never null.", "Add it in a script of the next number, first in every key.");
            yield break;
        }

        if (!relation.Secured || !relation.Forced)
        {
            yield return IsolationFinding.Mended("row-security", where, relation.Secured ? "row-level security does not hold for its owner." : "row-level security is off.", $"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;");
        }

        if (relation.Policies.FirstOrDefault(policy => policy.Name == PolicyName) is not { } tenant || !IsTenants(tenant))
        {
            yield return IsolationFinding.Mended(
                "policy", where, "it has no policy 'tenant', or another one under this name.",
                $"DROP POLICY IF EXISTS {PolicyName} ON {name}; CREATE POLICY {PolicyName} ON {name} TO {Names.Tenants} USING ({Policy}) WITH CHECK ({Policy});");
        }
    }

    private IEnumerable<IsolationFinding> Triggers(GuardedTable table, LiveRelation relation, string name)
    {
        var where = relation.ToString();
        if (!Has(FenceName, $"CREATE TRIGGER {FenceName} BEFORE INSERT OR DELETE OR UPDATE ON {relation.SqlName} FOR EACH STATEMENT EXECUTE FUNCTION tenancy.fence()"))
        {
            yield return IsolationFinding.Mended(
                "fence", where, "its fence is missing, switched off or altered, so a home that moved away could be written to.",
                $"CREATE OR REPLACE TRIGGER {FenceName} BEFORE INSERT OR UPDATE OR DELETE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION tenancy.fence(); ALTER TABLE {name} ENABLE TRIGGER {FenceName};");
        }

        var capture = new CaptureTrigger(table);
        if (!live.Kernel.Contains(capture.LineFor(Names)))
        {
            yield return IsolationFinding.Mended("capture", where, $"the function {capture.Function}, which notes its changed rows while a move copies them, is missing or altered.", capture.FunctionSql);
        }

        if (!Has(CaptureTrigger.Name, capture.TriggerText(relation.SqlName)))
        {
            yield return IsolationFinding.Mended("capture", where, "its capture is missing, switched off or altered, so a move would lose its changed rows.", capture.TriggerSql(name));
        }

        bool Has(string trigger, string definition) => HasTrigger(relation, trigger, definition);
    }

    // On the nodes of a distributed store its function would write where nobody reads.
    private IEnumerable<IsolationFinding> Version(LiveRelation relation, string name)
    {
        const string function = "EXECUTE FUNCTION tenancy.renew_reference_version()";
        if (!live.Database.Distributed && !HasTrigger(relation, VersionName, $"CREATE TRIGGER {VersionName} AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON {relation.SqlName} FOR EACH STATEMENT {function}"))
        {
            yield return IsolationFinding.Mended(
                "version", relation.ToString(), "what gives it a version is missing, switched off or altered, so a copy in a dedicated home could not be known to be old.",
                $"CREATE OR REPLACE TRIGGER {VersionName} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {name} FOR EACH STATEMENT {function}; ALTER TABLE {name} ENABLE TRIGGER {VersionName};");
        }
    }

    private static bool HasTrigger(LiveRelation relation, string trigger, string definition) => relation.Triggers.Any(found => found.Name == trigger && found.Enabled && found.Definition == definition);

    private bool IsTenants(LivePolicy policy) =>
        policy is { Command: '*', Permissive: true, Roles: [var role], Using: LivePolicy, Check: LivePolicy, Borrows: null } && role == Names.Tenants;

    private IEnumerable<IsolationFinding> Surplus(GuardedTable table, LiveRelation relation, string name)
    {
        var where = relation.ToString();

        // Permissive policies add up: one more opens what the first one closes. A restrictive one calls what it likes.
        foreach (var other in relation.Policies.Where(policy => table.IsShared || policy.Name != PolicyName))
        {
            yield return new("policy", where, $"the policy '{other.Name}' is not the model's.", $"As {Names.Owner}: DROP POLICY {Sql.Name(other.Name)} ON {name};");
        }

        // Also where nobody may call its function.
        foreach (var other in relation.Triggers.Where(trigger => !(table.IsShared ? SharedTriggers : TenantTriggers).Contains(trigger.Name)))
        {
            yield return new("trigger", where, $"the trigger '{other.Name}' is not the model's, and its function sees every row that is written.", $"As {Names.Owner}: DROP TRIGGER {Sql.Name(other.Name)} ON {name};");
        }

        foreach (var rule in relation.Rules)
        {
            yield return new("rule", where, $"the rule '{rule}' puts statements in the place of others, with the owner's rights.", $"As {Names.Owner}: DROP RULE {Sql.Name(rule)} ON {name};");
        }
    }

    // Whoever else has a right has one too many.
    private static IEnumerable<IsolationFinding> Grants(string where, string on, IReadOnlyList<LiveGrant> grants, params (string Role, IReadOnlyList<string> Rights)[] wanted)
    {
        var others = grants.Select(grant => grant.Grantee).Distinct().Except(wanted.Select(want => want.Role));
        foreach (var (role, rights) in wanted.Concat(others.Select(other => (other, (IReadOnlyList<string>)[]))))
        {
            var has = grants.Where(grant => grant.Grantee == role).ToList();
            var surplus = has.Where(grant => grant.Column is not null || grant.Grantable || !rights.Contains(grant.Privilege)).ToList();
            var lacking = rights.Except(has.Where(grant => grant.Column is null).Select(grant => grant.Privilege)).ToList();
            var name = role is "public" ? "PUBLIC" : Sql.Name(role);
            if (surplus.Count > 0)
            {
                // REVOKE ALL takes the rights on columns as well, and the right ones are given again.
                yield return IsolationFinding.Mended("grant", where, $"{role} may {string.Join(", ", surplus)}.", $"REVOKE ALL ON {on} FROM {name} CASCADE;{Grant(rights, name)}");
            }
            else if (lacking.Count > 0)
            {
                yield return IsolationFinding.Mended("grant", where, $"{role} may not {string.Join(", ", lacking)}.", Grant(lacking, name));
            }
        }

        string Grant(IReadOnlyCollection<string> rights, string name) => rights.Count == 0 ? "" : $"GRANT {string.Join(", ", rights)} ON {on} TO {name};";
    }
}
