using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>What holds for the database as a whole: whose it is, and what would open or change things that are made later.</summary>
internal static class DatabaseRules
{
    public static IEnumerable<IsolationFinding> Check(LiveDatabase live)
    {
        var (name, owner, _, forPublic, connects, passOn) = live.Database;
        var where = $"database {name}";
        if (owner != live.Names.OwnerOf(name))
        {
            yield return new("owner", where, $"it belongs to {owner}.", $"As a superuser: ALTER DATABASE {Sql.Name(name)} OWNER TO {live.Names.OwnerOf(name)};");
        }

        if (forPublic.Count > 0)
        {
            yield return new("grant", where, $"every role of the server may {string.Join(", ", forPublic)}.", $"As {live.Names.Owner}: REVOKE ALL ON DATABASE {Sql.Name(name)} FROM PUBLIC;");
        }

        foreach (var giver in passOn)
        {
            yield return new("grant", where, $"{giver} may give rights on it to others.", $"As {live.Names.Owner}: REVOKE GRANT OPTION FOR ALL ON DATABASE {Sql.Name(name)} FROM {Sql.Name(giver)} CASCADE;");
        }

        if (connects.Contains(live.Names.Tenants))
        {
            yield return new("grant", where, $"{live.Names.Tenants} may connect, so whoever is its member enters.", $"As {live.Names.Owner}: REVOKE ALL ON DATABASE {Sql.Name(name)} FROM {live.Names.Tenants};");
        }

        string[] logins = [.. connects.Where(live.Names.IsOfRequests).Distinct().Order(StringComparer.Ordinal)];
        if (live.Names.OwnerOf(name) == live.Names.Provisioner)
        {
            foreach (var stranger in logins.Where(login => login != name))
            {
                yield return new("grant", where, $"{stranger} may connect: a dedicated home has one login, which is called as it is.", $"As {live.Names.Owner}: REVOKE ALL ON DATABASE {Sql.Name(name)} FROM {Sql.Name(stranger)};");
            }
        }
        else if (logins.Length > 1) // which of several belongs here is not to be seen from here
        {
            yield return new("grant", where, $"{string.Join(" and ", logins)} may connect: the application's login belongs into a shared store, and that of a home into that home alone.", $"As {live.Names.Owner}, of each that does not belong here: REVOKE ALL ON DATABASE {Sql.Name(name)} FROM …;");
        }

        foreach (var cast in live.Casts)
        {
            yield return new("cast", cast, "somebody's cast between types of PostgreSQL's own changes what policies and the fence compare.", $"As its owner: DROP CAST ({cast});");
        }

        foreach (var trigger in live.EventTriggers)
        {
            yield return new("event-trigger", trigger.Name, $"it runs at {trigger.Event}, in the sessions and with the rights of others.", $"As a superuser: DROP EVENT TRIGGER {Sql.Name(trigger.Name)};");
        }

        foreach (var grant in live.DefaultGrants)
        {
            var place = grant.Schema is null ? "" : $" IN SCHEMA {Sql.Name(grant.Schema)}";
            yield return new(
                "default-grant", grant.Schema ?? where, $"{grant.Kind} that {grant.By} makes from now on give {grant.Privilege} to {grant.Grantee}.",
                $"As {grant.By}: ALTER DEFAULT PRIVILEGES{place} REVOKE ALL ON {grant.Kind.ToUpperInvariant()} FROM {grant.Grantee};");
        }
    }
}
