using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Tenancy.Tests.Roles;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Distribution;

public sealed class WorkerTests
{
    private const string Connect = "\\connect";

    private const string Stop = "\\set ON_ERROR_STOP on\n";

    [Fact]
    public async Task A_worker_has_the_roles_and_the_rights_that_the_coordinator_has()
    {
        await using var coordinator = new OwnServer();
        await using var worker = new OwnServer();
        await coordinator.InitializeAsync();
        await worker.InitializeAsync();
        var roles = new RoleNames("acme");
        var databases = DatabaseNames.Of(roles) with { Control = null };
        var connections = await DatabaseRoles.EnsureAsync(coordinator.Admin, databases, roles, RolePasswords.Generate(), TestContext.Current.CancellationToken);

        // As psql does it: each statement alone, and two lines that are its own.
        var script = DatabaseRoles.WriteWorker(databases.Store, roles);
        script.ShouldContain(Stop);
        var parts = script.Replace(Stop, "", StringComparison.Ordinal).Split($"{Connect} \"{databases.Store}\"\n");
        parts.Length.ShouldBe(2);
        foreach (var statement in parts[0].Split(";\n", StringSplitOptions.RemoveEmptyEntries))
        {
            await NotesHost.ExecuteAsync(worker.Admin, statement);
        }

        await NotesHost.ExecuteAsync(worker.As(connections, "postgres"), parts[1]);

        var made = await DescribeAsync(worker.As(connections, "postgres"));
        made.ShouldContain(line => line.StartsWith("role acme_tenant", StringComparison.Ordinal));
        made.ShouldBe(await DescribeAsync(coordinator.As(connections, "postgres")));
    }

    private static async Task<string[]> DescribeAsync(string superuser) => (await NotesHost.ScalarAsync<string[]>(superuser, """
        SELECT array_agg(line ORDER BY line COLLATE "C") FROM (
            SELECT format('role %s: %s', r.rolname, to_jsonb(r) - 'oid') AS line FROM pg_roles r
            UNION ALL SELECT format('%s in %s: %s', m.member::regrole, m.roleid::regrole, to_jsonb(m) - '{oid,roleid,member,grantor}'::text[]) FROM pg_auth_members m
            UNION ALL SELECT format('database of %s: %s, %s, %s', d.datdba::regrole, pg_encoding_to_char(d.encoding), d.datcollate, d.datctype) FROM pg_database d WHERE d.datname = current_database()
            UNION ALL SELECT format('database: %s', unnest(d.datacl)) FROM pg_database d WHERE d.datname = current_database()
            UNION ALL SELECT format('schema %s: %s', n.nspname, unnest(n.nspacl)) FROM pg_namespace n
            UNION ALL SELECT format('collation of %s: %s.%s %s', c.collowner::regrole, c.collnamespace::regnamespace, c.collname, c.colliculocale) FROM pg_collation c WHERE c.oid >= 16384
        ) lines
        """)).ShouldNotBeNull();
}
