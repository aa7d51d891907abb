using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>
/// The control database: nobody but the platform's role works in it, and nothing runs in its sessions that no script of
/// Rowhouse put there. Its tables have one reader, so they need no policies; what that one may do to them is word for
/// word what the scripts leave.
/// </summary>
internal static class ControlRules
{
    /// <summary>Looks for what has no place in a control database.</summary>
    /// <param name="live">What is there.</param>
    /// <param name="schemas">What the modules' scripts leave: triggers of theirs have a place.</param>
    public static IEnumerable<IsolationFinding> Check(LiveDatabase live, IEnumerable<ExpectedSchema> schemas)
    {
        var expected = schemas.SelectMany(schema => SchemaDifferences.Lines(schema.Text, live.Names)).ToHashSet(StringComparer.Ordinal);
        return Connects(live)
            .Concat(live.Schemas.SelectMany(schema => Schema(schema, live.Names)))
            .Concat(live.Relations.SelectMany(relation => Relation(relation, live.Names)))
            .Concat(live.Relations.SelectMany(relation => Triggers(relation, expected)))
            .Concat(live.Functions.Where(function => function.Definer && function.Callable).Select(function => new IsolationFinding(
                "function", function.Name, $"it runs with the rights of {function.Owner}, whoever calls it.",
                $"Drop it, or: REVOKE EXECUTE ON FUNCTION {function.Name} FROM PUBLIC, {live.Names.Platform};")));
    }

    /// <summary>Compares a module's schema with what its scripts leave.</summary>
    /// <param name="schema">What they leave.</param>
    /// <param name="actual">The lines of the live one.</param>
    /// <param name="names">What the roles are called.</param>
    public static IEnumerable<IsolationFinding> Compare(ExpectedSchema schema, IReadOnlyCollection<string> actual, RoleNames names)
    {
        var expected = SchemaDifferences.Lines(schema.Text, names);
        if (expected.Count == 0)
        {
            // Also where the module is not called as its schema, of which nothing would differ.
            return [new("schema", schema.Name, "nothing says what its scripts leave of it.", $"Embed `schema.txt` beside the scripts of '{schema.Name}'; `SchemaComparison.DescribeControlAsync` says what belongs in it.")];
        }

        return from difference in new SchemaDifferences(schema.Name).Find(expected, actual)
               select new IsolationFinding("schema", difference.Where, $"it is not as the scripts left it: {difference.What}.", $"Restore it from the scripts of '{schema.Name}', as the owner's role; what they leave is said by `schema.txt` beside them.");
    }

    private static IEnumerable<IsolationFinding> Connects(LiveDatabase live) =>
        from role in live.Database.Connects
        where role != live.Names.Platform && role != live.Names.Owner && role != live.Names.Tenants && role is not "public" // of these two DatabaseRules tells
        select new IsolationFinding("grant", $"database {live.Database.Name}", $"{role} may connect, and only {live.Names.Platform} works here.", $"As {live.Names.Owner}: REVOKE ALL ON DATABASE {Sql.Name(live.Database.Name)} FROM {Sql.Name(role)};");

    private static IEnumerable<IsolationFinding> Schema(LiveSchema schema, RoleNames names)
    {
        if (schema.Name is not "public" && schema.Owner != names.Owner)
        {
            yield return new("owner", schema.Name, $"the schema belongs to {schema.Owner}.", $"As a superuser: ALTER SCHEMA {Sql.Name(schema.Name)} OWNER TO {names.Owner};");
        }

        foreach (var grant in Others(schema.Grants, names))
        {
            yield return new("grant", schema.Name, $"{grant.Grantee} has {grant} on the schema.", $"REVOKE ALL ON SCHEMA {Sql.Name(schema.Name)} FROM {Grantee(grant)};");
        }
    }

    private static IEnumerable<IsolationFinding> Triggers(LiveRelation relation, HashSet<string> expected) =>
        from trigger in relation.Triggers
        where !expected.Contains($"trigger {trigger.Definition}")
        select new IsolationFinding("trigger", relation.ToString(), $"no script made the trigger {trigger.Name}, which sees every row that is written.", $"DROP TRIGGER {Sql.Name(trigger.Name)} ON {relation.SqlName};");

    private static IEnumerable<IsolationFinding> Relation(LiveRelation relation, RoleNames names)
    {
        var where = relation.ToString();
        if (relation.Owner != names.Owner)
        {
            yield return new("owner", where, $"it belongs to {relation.Owner}.", $"As a superuser: ALTER TABLE {relation.SqlName} OWNER TO {names.Owner};");
        }

        foreach (var grant in Others(relation.Grants, names))
        {
            yield return new("grant", where, $"{grant.Grantee} has {grant}.", $"REVOKE ALL ON {relation.SqlName} FROM {Grantee(grant)};");
        }

        if (relation is { Kind: LiveRelation.View, SecurityInvoker: false } && relation.Grants.Count > 0)
        {
            yield return new("view", where, "the view reads and writes with its owner's rights, past those of who uses it.", $"ALTER VIEW {relation.SqlName} SET (security_invoker = true);");
        }

        if (relation.Parents.Count > 0)
        {
            yield return new("parent", where, "it is below another table, whose readers take its rows for that one's.", $"Drop it, or: ALTER TABLE {relation.SqlName} NO INHERIT the other;");
        }

        foreach (var rule in relation.Rules)
        {
            yield return new("rule", where, $"the rule '{rule}' puts statements in the place of others, with the owner's rights.", $"DROP RULE {Sql.Name(rule)} ON {relation.SqlName};");
        }

        if (relation.Unchecked)
        {
            yield return new("foreign-key", where, "its foreign keys are switched off.", $"As a superuser: ALTER TABLE {relation.SqlName} ENABLE TRIGGER ALL;");
        }
    }

    private static IEnumerable<LiveGrant> Others(IEnumerable<LiveGrant> grants, RoleNames names) =>
        grants.Where(grant => grant.Grantee != names.Platform && grant.Grantee != names.Owner || grant.Grantable);

    private static string Grantee(LiveGrant grant) => grant.Grantee is "public" ? "PUBLIC" : Sql.Name(grant.Grantee);
}
