using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>What a working role may not be, own or do; with any of it, it could step around the policies.</summary>
internal static class RoleRules
{
    // The binding's own are any that begin so.
    private const string Binding = "rowhouse.";

    private static readonly string[] Steering = ["row_security", "search_path", "session_replication_role", "role", "session_authorization", "local_preload_libraries", "session_preload_libraries"];

    /// <summary>Judges the roles by what they are, own, can become, begin with and can make.</summary>
    /// <param name="names">What the installation's roles are called.</param>
    /// <param name="judged">The roles that are judged.</param>
    /// <param name="roles">They, where they exist, and all that they can become.</param>
    /// <param name="moverHasTemporaryTables">Whether the mover may have temporary tables, as it has in a database with tenants' rows. Nobody else has, anywhere.</param>
    public static IEnumerable<IsolationFinding> Check(RoleNames names, IEnumerable<string> judged, IReadOnlyList<LiveRole> roles, bool moverHasTemporaryTables = false) =>
        judged.SelectMany(name => roles.FirstOrDefault(role => role.Name == name) is { } role
            ? Is(role).Concat(Becomes(names, role, roles)).Concat(Group(names, role)).Concat(ActAs(names, role)).Concat(Begins(role)).Concat(Makes(role, hasTemporaryTables: moverHasTemporaryTables && name == names.Mover))
            : [new("role", name, "there is no such role.", "Run `rowhouse database init`.")]);

    /// <summary>Judges the provisioner by the same, but for what it is there for: it makes databases and roles, and admits the logins of homes to the group.</summary>
    /// <param name="names">What the installation's roles are called.</param>
    /// <param name="roles">It, and all that it can become.</param>
    public static IEnumerable<IsolationFinding> CheckProvisioner(RoleNames names, IReadOnlyList<LiveRole> roles) =>
        from role in roles
        where role.Name == names.Provisioner
        from finding in Is(role with { MakesRoles = false, MakesDatabases = false, Owns = [.. role.Owns.Where(thing => !thing.StartsWith("database ", StringComparison.Ordinal))] })
            .Concat(Becomes(names, role with { MemberOf = [.. role.MemberOf.Where(other => other != names.Tenants && !names.IsOfHome(other))] }, roles))
            .Concat(Begins(role))
        select finding;

    /// <summary>A role has an attribute that undoes isolation or leads to one that does.</summary>
    public static IsolationFinding Has(string role, string attribute) => new("role", role, $"it has {attribute}.", $"As a superuser: ALTER ROLE {Sql.Name(role)} NO{attribute};");

    /// <summary>Whether a setting that sessions begin with binds a tenant or switches guards off.</summary>
    public static bool Steers(LiveSetting setting) => setting.Name.StartsWith(Binding, StringComparison.OrdinalIgnoreCase) || Steering.Contains(setting.Name, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<IsolationFinding> Is(LiveRole role)
    {
        foreach (var attribute in role.Attributes)
        {
            yield return Has(role.Name, attribute);
        }

        if (role.Owns is [var first, ..])
        {
            yield return new("role", role.Name, $"it owns the {first}, and who owns something can lift its guards.", "As a superuser: ALTER … OWNER TO the owner's role.");
        }
    }

    // Who works on tenants' rows has its rights from the group of their tables, and nothing else from anywhere.
    private static IEnumerable<IsolationFinding> Becomes(RoleNames names, LiveRole role, IReadOnlyList<LiveRole> roles) =>
        from name in role.MemberOf
        where !names.BelongsToGroup(role.Name) || name != names.Tenants
        let other = roles.First(candidate => candidate.Name == name) // the query answers whom it names
        let why = other.Attributes.Select(attribute => $"has {attribute}").Concat(other.Owns.Take(1).Select(thing => $"owns the {thing}")).FirstOrDefault()
        select new IsolationFinding(
            "role", role.Name, $"it is a member of {name}{(why is null ? "" : $", which {why}")}, directly or over others, and can act as it.",
            $"As a superuser: REVOKE {Sql.Name(name)} FROM {Sql.Name(role.Name)}; or from the role between them.");

    private static IEnumerable<IsolationFinding> Group(RoleNames names, LiveRole role)
    {
        if (names.BelongsToGroup(role.Name) && !role.Uses.Contains(names.Tenants) && !role.Superuser)
        {
            yield return new("role", role.Name, $"it is no member of {names.Tenants}, which has the rights on tenants' tables, or does not inherit them.", $"Run `rowhouse database init`; if it stays: REVOKE {Sql.Name(names.Tenants)} FROM {Sql.Name(role.Name)}; and run it again.");
        }

        foreach (var other in role.Admits)
        {
            yield return new("role", role.Name, $"it can admit others to {other}.", $"As a superuser: REVOKE ADMIN OPTION FOR {Sql.Name(other)} FROM {Sql.Name(role.Name)};");
        }

        if (role.Name == names.Tenants && role.SignsIn)
        {
            yield return new("role", role.Name, "somebody can sign in as it, and it is a group.", $"As a superuser: ALTER ROLE {Sql.Name(role.Name)} NOLOGIN;");
        }
    }

    /// <summary>Who can act as a role of the installation and is none itself.</summary>
    public static IEnumerable<IsolationFinding> ActAs(RoleNames names, LiveRole role) =>
        from stranger in role.Members
        where (role.Name != names.Tenants || !names.BelongsToGroup(stranger))

            // While it removes a home.
            && (!names.IsOfHome(role.Name) || stranger != names.Provisioner)
        select new IsolationFinding("role", stranger, $"it is a member of {role.Name}, so it can do what that may.", $"As a superuser: REVOKE {Sql.Name(role.Name)} FROM {Sql.Name(stranger)};");

    private static IEnumerable<IsolationFinding> Begins(LiveRole role) =>
        from setting in role.Settings
        where Steers(setting)
        select new IsolationFinding("role", role.Name, $"its sessions begin with {setting.Name} = {setting.Value}.", $"As a superuser: ALTER {setting.Scope} RESET {setting.Name};");

    private static IEnumerable<IsolationFinding> Makes(LiveRole role, bool hasTemporaryTables)
    {
        foreach (var parameter in role.Sets.Intersect(Steering, StringComparer.OrdinalIgnoreCase))
        {
            yield return new("role", role.Name, $"it may set {parameter}, with which guards are switched off.", $"As a superuser: REVOKE ALL ON PARAMETER {parameter} FROM PUBLIC, {Sql.Name(role.Name)};");
        }

        foreach (var (made, right) in new[] { ("schemas", role.MakesSchemas ? "CREATE" : null), ("temporary tables", role.MakesTemporaryTables && !hasTemporaryTables ? "TEMPORARY" : null) })
        {
            if (right is not null)
            {
                yield return new("role", role.Name, $"it can make {made} in this database.", $"Run `rowhouse database init`, which revokes the rights of PUBLIC; where the role has it itself: REVOKE {right} ON DATABASE … FROM {Sql.Name(role.Name)};");
            }
        }

        if (hasTemporaryTables && !role.MakesTemporaryTables)
        {
            yield return new("role", role.Name, "it cannot make temporary tables in this database, through which rows of tenants that move pass.", "Run `rowhouse database init`.");
        }

        foreach (var schema in role.MakesIn)
        {
            yield return new("role", role.Name, $"it can make objects in the schema {schema}.", $"REVOKE CREATE ON SCHEMA {Sql.Name(schema)} FROM PUBLIC, {Sql.Name(role.Name)};");
        }
    }
}
