using Npgsql;
using Rowhouse.Cli.Terminal;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.Cli;

/// <summary>What makes the store a Citus cluster's, run on the server's own migrated store, with functions that refuse what is known that Citus refuses.</summary>
public sealed class DistributeCommandTests(CommandLineFixture cli) : IClassFixture<CommandLineFixture>
{
    [Fact]
    public async Task The_whole_store_is_distributed_by_what_is_printed()
    {
        var superuser = await new PostgresFixture().SuperuserAsync(cli.Database.Application);
        var printed = await cli.RunAsync(["database", "distribute"]);
        printed.Status.ShouldBe(ExitCodes.Done, printed.Error);
        var all = await ReadAsync(superuser, "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.oid NOT IN ('tenancy.migrations'::regclass, 'tenancy.reference_versions'::regclass, 'tenancy.reference_copy'::regclass)"); // which tell of this database alone
        var shared = SharedSchemas.Of(cli.Services);
        await CitusStandIn.InstallAsync(superuser);

        try
        {
            var tables = await CitusStandIn.DistributeAsync(superuser, printed.Out);

            all.Count.ShouldBeGreaterThan(7);
            tables.Select(table => table.Table).ShouldBe(all, ignoreOrder: true);
            tables.ShouldAllBe(table => table.Column == null == shared.Hold(table.Table));
            tables.Where(table => table.Column is not null).ShouldAllBe(table => table.Column == "tenant_id" && table.With == "tenancy.homes");
            (await ReadAsync(superuser, "SELECT function::text FROM public.citus_functions")).ShouldBe(["tenancy.lock_key(uuid)"]);
            (await ReadAsync(superuser, "SELECT r.rolname || ': ' || setting FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole CROSS JOIN unnest(s.setconfig) setting WHERE setting LIKE 'citus.%' ORDER BY 1"))
                .ShouldBe(["rowhouse_app: citus.propagate_set_commands=local", "rowhouse_mover: citus.propagate_set_commands=local", "rowhouse_platform: citus.propagate_set_commands=local"]);
        }
        finally
        {
            // Roles belong to the whole server, and so to the other tests.
            await ReadAsync(superuser, "ALTER ROLE rowhouse_app RESET citus.propagate_set_commands; ALTER ROLE rowhouse_platform RESET citus.propagate_set_commands; ALTER ROLE rowhouse_mover RESET citus.propagate_set_commands");
        }
    }

    [Fact]
    public async Task What_a_worker_needs_is_printed_for_the_store_and_the_roles_that_are_named()
    {
        var usual = await cli.RunAsync(["database", "distribute", "--worker", "--installation", "acme"]);
        var named = await cli.RunAsync(["database", "distribute", "--worker", "--database", "rows"], installation: "acme");

        usual.Out.ShouldContain("create database \"acme_shared\" owner acme_owner");
        named.Out.ShouldBe(usual.Out.Replace("acme_shared", "rows", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--database goes with --worker", "--database", "rows")]
    [InlineData("--database needs the name of a database", "--worker", "--database", "")]
    public async Task A_store_that_is_named_in_vain_is_refused(string reason, params string[] options)
    {
        var refused = await cli.RunAsync(["database", "distribute", .. options]);

        refused.Status.ShouldBe(ExitCodes.Usage);
        refused.Error.ShouldContain(reason);
        refused.Out.ShouldNotContain("-- Makes"); // both scripts begin so
    }

    [Fact]
    public async Task The_roles_are_those_of_the_installation_that_is_named()
    {
        (await cli.RunAsync(["database", "distribute", "--installation", "acme"], installation: "other")).Out.ShouldContain("ALTER ROLE acme_app SET");
        (await cli.RunAsync(["database", "distribute"], installation: "other")).Out.ShouldContain("ALTER ROLE other_app SET");
    }

    [Fact]
    public async Task A_name_that_cannot_name_roles_is_refused_wherever_it_comes_from()
    {
        var named = await cli.RunAsync(["database", "distribute", "--installation", "Acme"]);
        var configured = await cli.RunAsync(["database", "distribute"], installation: "Acme");

        foreach (var refused in new[] { named, configured })
        {
            refused.Status.ShouldBe(ExitCodes.Usage);
            refused.Out.ShouldNotContain("ALTER ROLE");
            refused.Error.ShouldContain("cannot name an installation");
        }
    }

    private static async Task<List<string>> ReadAsync(string superuser, string sql)
    {
        await using var source = NpgsqlDataSource.Create(superuser);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        List<string> values = [];
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}
