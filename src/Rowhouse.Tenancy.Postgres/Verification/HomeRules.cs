using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>
/// What holds for the database of each dedicated home and its login: what <see cref="Homes.HomeMaker"/> leaves. One that is closed is made or removed at the
/// moment, and nobody enters it.
/// </summary>
internal static class HomeRules
{
    private const string Connect = "CONNECT";
    private const string Temporary = "TEMPORARY";

    /// <summary>What lets others in, or lets its own login do more than it may.</summary>
    public static IEnumerable<IsolationFinding> Check(RoleNames names, LiveHome home) => home.IsOpen ? [.. Entrances(names, home), .. Begins(home), .. LoginIs(names, home)] : [];

    /// <summary>What keeps its tenant from working there, and lets nobody in.</summary>
    /// <param name="names">What the installation's roles are called.</param>
    /// <param name="home">The home.</param>
    /// <param name="isLivedIn">Whether a tenant lives there, so that it has to be whole.</param>
    /// <param name="isCurrent">Whether it has this program's schema. One that has not is behind, in its rights as well, and is brought forward.</param>
    public static IEnumerable<IsolationFinding> Faults(RoleNames names, LiveHome home, bool isLivedIn, bool isCurrent)
    {
        var place = $"database {home.Name}";
        if (home.IsHalfDropped)
        {
            return [Fault(place, "its removal was cut short, so nobody can enter it.", $"The operation that removes it does so again. If it stays, as {names.Provisioner}: DROP DATABASE {Sql.Name(home.Name)};")];
        }

        if (!home.IsOpen)
        {
            return isLivedIn ? [Fault(place, "a tenant lives there, and it lets nobody in.", $"As {names.Provisioner}: ALTER DATABASE {Sql.Name(home.Name)} ALLOW_CONNECTIONS true;")] : [];
        }

        return LoginFaults(names, home).Concat(
            from role in new[] { home.Name, names.Platform, names.Mover }
            where role != names.Mover || isCurrent
            let lacking = RightsOf(names, role).Except(home.Grants.Where(grant => grant.Grantee == role).Select(grant => grant.Privilege)).ToList()
            where lacking.Count > 0
            select Fault(place, $"{role} may not {string.Join(" and not ", lacking)}.", $"As {names.Provisioner}: GRANT {string.Join(", ", lacking)} ON DATABASE {Sql.Name(home.Name)} TO {Sql.Name(role)};"));
    }

    /// <summary>Somebody else's database is called like a home.</summary>
    public static IsolationFinding Stranger(RoleNames names, LiveHome home) =>
        Fault($"database {home.Name}", $"it is called like a home, and belongs to {home.Owner} and not to {names.Provisioner}.", "Find out whose it is, and rename it.");

    /// <summary>A tenant lives there, and there is no such database.</summary>
    public static IsolationFinding Missing(string home) =>
        Fault($"database {home}", "a tenant lives there, and there is no such database.", "Restore it from a backup of the server, or delete its tenant.");

    private static IEnumerable<IsolationFinding> Entrances(RoleNames names, LiveHome home)
    {
        var where = $"database {home.Name}";
        if (home.Owner != names.Provisioner)
        {
            yield return new("owner", where, $"it belongs to {home.Owner}.", $"As a superuser: ALTER DATABASE {Sql.Name(home.Name)} OWNER TO {names.Provisioner};");
        }

        foreach (var given in home.Grants.GroupBy(grant => grant.Grantee).Where(given => given.Key != names.Provisioner && given.Key != names.Owner))
        {
            var isPublic = given.Key == "public";
            var grantee = isPublic ? "PUBLIC" : Sql.Name(given.Key);
            if (given.Key != home.Name && given.Key != names.Platform && given.Key != names.Mover)
            {
                yield return new(
                    "grant", where, $"{(isPublic ? "every role of the server" : given.Key)} may {string.Join(", ", given)}: a dedicated home is for its own login, the platform and the mover alone.",
                    $"As {names.Owner}: REVOKE ALL ON DATABASE {Sql.Name(home.Name)} FROM {grantee};");
            }
            else if (given.Where(grant => !RightsOf(names, given.Key).Contains(grant.Privilege) || grant.Grantable).Select(grant => grant.ToString()).ToList() is { Count: > 0 } more)
            {
                yield return new(
                    "grant", where, $"{given.Key} may {string.Join(", ", more)}, and needs {string.Join(" and ", RightsOf(names, given.Key))} alone.",
                    $"As {names.Owner}: REVOKE ALL ON DATABASE {Sql.Name(home.Name)} FROM {grantee}; GRANT {string.Join(", ", RightsOf(names, given.Key))} ON DATABASE {Sql.Name(home.Name)} TO {grantee};");
            }
        }
    }

    private static string[] RightsOf(RoleNames names, string role) => role == names.Mover ? [Connect, Temporary] : [Connect];

    private static IEnumerable<IsolationFinding> Begins(LiveHome home) =>
        from setting in home.Settings
        where RoleRules.Steers(setting)
        select new IsolationFinding("setting", $"database {home.Name}", $"sessions in it begin with {setting.Name} = {setting.Value}.", $"As a superuser: ALTER {setting.Scope} RESET {setting.Name};");

    // In the words in which the roles of the group are judged, so that it is said once.
    private static IEnumerable<IsolationFinding> LoginIs(RoleNames names, LiveHome home) => home.Login is not { } login
        ? []
        : login.Attributes.Select(attribute => RoleRules.Has(home.Name, attribute)).Concat(
            from other in login.MemberOf
            where other != names.Tenants && !login.MemberOf.Contains(names.Tenants)
            select new IsolationFinding("role", home.Name, $"it is a member of {other}, and can act as it.", $"As a superuser: REVOKE {Sql.Name(other)} FROM {Sql.Name(home.Name)};"));

    private static IEnumerable<IsolationFinding> LoginFaults(RoleNames names, LiveHome home)
    {
        if (home.Login is not { } login)
        {
            yield return Fault(home.Name, "the home has no login of this name, so its tenant cannot work.", "Restore the role from a backup of the server, or delete its tenant.");
            yield break;
        }

        if (!login.SignsIn)
        {
            yield return Fault(home.Name, "it may not sign in, so its tenant cannot work.", $"As {names.Provisioner}: ALTER ROLE {Sql.Name(home.Name)} LOGIN;");
        }

        if (!login.IsInGroup)
        {
            yield return Fault(home.Name, $"it has not the rights of {names.Tenants}, so its tenant cannot work.", $"As {names.Provisioner}: GRANT {Sql.Name(names.Tenants)} TO {Sql.Name(home.Name)};");
        }
    }

    private static IsolationFinding Fault(string where, string what, string mend) => new("home", where, what, mend);
}
