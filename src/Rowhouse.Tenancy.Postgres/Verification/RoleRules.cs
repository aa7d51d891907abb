using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>What the two working roles may not be or do; with any of it they could step around the policies.</summary>
internal static class RoleRules
{
    public static IEnumerable<IsolationFinding> Check(LiveDatabase live)
    {
        foreach (var name in new[] { DatabaseRoles.Application, DatabaseRoles.Platform })
        {
            if (live.Roles.FirstOrDefault(role => role.Name == name) is not { } role)
            {
                yield return new("role", name, "there is no such role.", "Run `rowhouse database init`.");
                continue;
            }

            foreach (var (has, attribute) in new[]
            {
                (role.Superuser, "SUPERUSER"), (role.BypassesPolicies, "BYPASSRLS"), (role.MakesRoles, "CREATEROLE"), (role.MakesDatabases, "CREATEDB"), (role.Replicates, "REPLICATION"),
            })
            {
                if (has)
                {
                    yield return new("role", name, $"it has {attribute}.", $"As a superuser: ALTER ROLE {name} NO{attribute};");
                }
            }

            foreach (var group in role.MemberOf)
            {
                yield return new("role", name, $"it is a member of {group} and has its rights.", $"As a superuser: REVOKE {Sql.Name(group)} FROM {name};");
            }

            if (role.MakesSchemas || role.MakesTemporaryTables)
            {
                yield return new("role", name, "it can make schemas or temporary tables in this database.", "Run `rowhouse database init`, which revokes the rights of PUBLIC.");
            }

            foreach (var schema in role.MakesIn)
            {
                yield return new("role", name, $"it can make objects in the schema {schema}.", $"REVOKE CREATE ON SCHEMA {Sql.Name(schema)} FROM PUBLIC, {name};");
            }
        }
    }
}
