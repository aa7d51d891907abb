using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>Ways past the tables: views, tables that no model knows, their triggers, functions with their owner's rights.</summary>
internal static class OpenRules
{
    public static IEnumerable<IsolationFinding> Check(IReadOnlyCollection<GuardedTable> tables, LiveDatabase live)
    {
        var owned = tables.Select(table => table.Schema).ToHashSet(StringComparer.Ordinal);
        var known = tables.Select(table => live.Find(table.Schema, table.Name)).OfType<LiveRelation>()
            .SelectMany(live.Family).Select(relation => relation.Id).ToHashSet();
        return live.Relations.Where(relation => relation is not { Schema: KernelRules.Schema, IsTable: true } && !known.Contains(relation.Id)).SelectMany(relation => Relation(relation, owned, live))
            .Concat(live.Functions.Where(function => function.Schema != KernelRules.Schema).SelectMany(function => Function(function, owned, live)));
    }

    private static IEnumerable<IsolationFinding> Relation(LiveRelation relation, HashSet<string> owned, LiveDatabase live)
    {
        var where = relation.ToString();
        var forTenants = relation.Grants.Any(grant => IsForTenants(grant, live));
        var open = forTenants || relation.Grants.Any(grant => grant.Grantee == live.Names.Platform);
        var revoke = $"REVOKE ALL ON {where} FROM {string.Join(", ", relation.Grants.Select(grant => grant.Grantee).Where(live.Names.BelongsToGroup).Distinct().Select(Sql.Name).DefaultIfEmpty(live.Names.Application))}, {live.Names.Tenants}, {live.Names.Platform}, PUBLIC;";
        switch (relation.Kind)
        {
            case LiveRelation.MaterializedView when open:
                yield return new("view", where, "a materialized view holds rows of all tenants and knows no policy.", $"Drop it, or {revoke}");
                break;
            case LiveRelation.View when open && !relation.SecurityInvoker:
                yield return new("view", where, "the view reads with its owner's rights, past every policy.", $"ALTER VIEW {where} SET (security_invoker = true);");
                break;
            case LiveRelation.ForeignTable when open:
                yield return new("view", where, "a foreign table knows no policy.", revoke);
                break;
            case LiveRelation.Sequence when open && owned.Contains(relation.Schema):
                yield return new("grant", where, "the sequence counts for all tenants and tells each how many rows the others make.", revoke);
                break;
            case LiveRelation.View or LiveRelation.MaterializedView or LiveRelation.ForeignTable or LiveRelation.Sequence:
                break;
            default:
                if (owned.Contains(relation.Schema))
                {
                    yield return new("unknown-table", where, "no model knows this table, so nothing guards it.", "Map it in the module's context, or drop it.");
                }
                else if (forTenants)
                {
                    yield return new("unknown-table", where, "no model knows this table, and a role that works on tenants' rows can use it.", revoke);
                }

                break;
        }

        // A rule's statements run with the rights of the relation's owner.
        if (open && relation.Rules is [var rule, ..])
        {
            yield return new("rule", where, $"the rule '{rule}' puts statements in the place of others, with the owner's rights.", $"DROP RULE {rule} ON {where};");
        }

        // Who writes fires a trigger also where nobody may EXECUTE its function, so what the function may is not asked.
        foreach (var trigger in IsOpen(relation, live) ? relation.Triggers : [])
        {
            yield return new("trigger", where, $"the trigger '{trigger.Name}' runs a function for whoever writes here, and that may have others' rights.", $"DROP TRIGGER {Sql.Name(trigger.Name)} ON {relation.SqlName};");
        }
    }

    private static bool IsForTenants(LiveGrant grant, LiveDatabase live) =>
        grant.Grantee is "public" || grant.Grantee == live.Names.Tenants || live.Names.BelongsToGroup(grant.Grantee);

    // What is written to a parent lands in its partitions, and fires their triggers.
    private static bool IsOpen(LiveRelation relation, LiveDatabase live) =>
        relation.Grants.Any(grant => IsForTenants(grant, live) || grant.Grantee == live.Names.Platform)
        || relation.Parents.Any(parent => live.Find(parent) is { } found && IsOpen(found, live));

    private static IEnumerable<IsolationFinding> Function(LiveFunction function, HashSet<string> owned, LiveDatabase live)
    {
        // A trigger or an operator calls a function also where nobody may EXECUTE it.
        if (!function.Callable && !owned.Contains(function.Schema))
        {
            yield break;
        }

        if (function.Definer)
        {
            yield return new(
                "function", function.Name, $"it runs with the rights of {function.Owner}, whoever calls it.",
                $"ALTER FUNCTION {function.Name} SECURITY INVOKER; or, outside the modules' schemas: REVOKE EXECUTE ON FUNCTION {function.Name} FROM PUBLIC, {live.Names.Application}, {live.Names.Tenants}, {live.Names.Platform}, {live.Names.Mover};");
        }

        if (function.Leakproof)
        {
            yield return new("function", function.Name, "it is called leakproof, so it sees rows before their policy does.", $"As a superuser: ALTER FUNCTION {function.Name} NOT LEAKPROOF;");
        }
    }
}
