using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>Ways past the tables: views, tables that no model knows, functions with their owner's rights.</summary>
internal static class OpenRules
{
    // The kernel's own, which its script guards and these rules hold to it.
    private static readonly string[] KernelTables = ["tenancy.homes", "tenancy.migrations"];

    public static IEnumerable<IsolationFinding> Check(IReadOnlyCollection<GuardedTable> tables, LiveDatabase live)
    {
        var owned = tables.Select(table => table.Schema).ToHashSet(StringComparer.Ordinal);
        var known = tables.Select(table => live.Find(table.Schema, table.Name)).OfType<LiveRelation>()
            .SelectMany(relation => TableRules.Family(relation, live)).Select(relation => relation.ToString())
            .Concat(KernelTables).ToHashSet(StringComparer.Ordinal);
        return live.Relations.Where(relation => !known.Contains(relation.ToString())).Select(relation => Relation(relation, owned)).OfType<IsolationFinding>()
            .Concat(Kernel(live))
            .Concat(Functions(live));
    }

    private static IsolationFinding? Relation(LiveRelation relation, HashSet<string> owned)
    {
        var where = relation.ToString();
        var open = relation.Grants.Any(grant => grant.Grantee is DatabaseRoles.Application or "public");
        return relation.Kind switch
        {
            LiveRelation.MaterializedView when open => new("view", where, "a materialized view holds rows of all tenants and knows no policy.", "Drop it, or revoke all rights of the application on it."),
            LiveRelation.View when open && !relation.SecurityInvoker => new("view", where, "the view reads with its owner's rights, past every policy.", $"ALTER VIEW {where} SET (security_invoker = true);"),
            LiveRelation.ForeignTable when open => new("view", where, "a foreign table knows no policy.", "Revoke all rights of the application on it."),
            LiveRelation.View or LiveRelation.MaterializedView or LiveRelation.ForeignTable => null,
            _ when owned.Contains(relation.Schema) => new("unknown-table", where, "no model knows this table, so nothing guards it.", "Map it in the module's context, or drop it."),
            _ when open => new("unknown-table", where, "no model knows this table, and the application can use it.", $"REVOKE ALL ON {where} FROM {DatabaseRoles.Application}, PUBLIC;"),
            _ => null,
        };
    }

    private static IEnumerable<IsolationFinding> Kernel(LiveDatabase live)
    {
        const string Mend = "Restore it from the kernel's script 0001_tenancy.";
        var homes = live.Find("tenancy", "homes");
        if (homes is not { Secured: true, Forced: true, Owner: DatabaseRoles.Owner }
            || homes.Policies.Any(policy => policy.Name is not ("tenant" or "platform"))
            || homes.Policies.Any(policy => policy.Name == "platform" && policy.Roles is not [DatabaseRoles.Platform])
            || homes.Grants.Any(grant => grant.Grantee is not DatabaseRoles.Platform && grant is not { Grantee: DatabaseRoles.Application, Privilege: "SELECT" }))
        {
            yield return new("kernel", "tenancy.homes", "the homes of tenants are not guarded as the kernel left them.", Mend);
        }

        var ledger = live.Find("tenancy", "migrations");
        if (ledger is null || ledger.Grants.Any(grant => grant.Privilege != "SELECT"))
        {
            yield return new("kernel", "tenancy.migrations", "the record of the scripts can be written by others than the owner.", $"As {DatabaseRoles.Owner}: REVOKE ALL ON tenancy.migrations FROM PUBLIC, {DatabaseRoles.Application}, {DatabaseRoles.Platform}; GRANT SELECT ON tenancy.migrations TO {DatabaseRoles.Application}, {DatabaseRoles.Platform};");
        }

        foreach (var function in KernelFunctions.All)
        {
            var found = live.Functions.FirstOrDefault(candidate => candidate.Name == function.Name);
            if (found is null || found.Owner != DatabaseRoles.Owner || found.Definer != function.Definer || found.Text.ReplaceLineEndings("\n") != function.Text)
            {
                yield return new("kernel", function.Name, found is null ? "it is missing." : "it is not as the kernel left it.", Mend);
            }
        }
    }

    private static IEnumerable<IsolationFinding> Functions(LiveDatabase live) =>
        from function in live.Functions
        where function is { Definer: true, ForApplication: true }
        select new IsolationFinding("function", function.Name, $"the application can call it, and it runs with the rights of {function.Owner}.", $"ALTER FUNCTION {function.Name} SECURITY INVOKER; or REVOKE EXECUTE ON FUNCTION {function.Name} FROM PUBLIC, {DatabaseRoles.Application};");
}
