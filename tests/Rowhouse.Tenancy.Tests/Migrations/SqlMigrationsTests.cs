using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Migrations;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Migrations;

public sealed class SqlMigrationsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string First = "CREATE SCHEMA shop; CREATE TABLE shop.orders (id int PRIMARY KEY);";
    private const string Second = "ALTER TABLE shop.orders ADD total int;";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scripts_are_applied_once_and_in_order()
    {
        var database = await postgres.CreateDatabaseAsync();

        (await Migrations(First).ApplyAsync(database, Token)).ShouldBe(["tenancy/0001_tenancy", "tenancy/0002_outbox", "tenancy/0003_purge", "tenancy/0004_reference", "tenancy/0005_mover", "shop/0001_step"]);
        (await Migrations(First, Second).ApplyAsync(database, Token)).ShouldBe(["shop/0002_step"]);
        (await Migrations(First, Second).ApplyAsync(database, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_script_that_fails_leaves_nothing_behind_and_is_named()
    {
        var database = await postgres.CreateDatabaseAsync();

        var failed = await Should.ThrowAsync<MigrationException>(Migrations(First, "CREATE TABLE shop.lines (id int);\nALTER TABLE shop.nowhere ADD x int;").ApplyAsync(database, Token));

        failed.Script.ShouldBe("shop/0002_step");
        failed.Message.ShouldContain("relation \"shop.nowhere\" does not exist (42P01)");
        (await NotesHost.ScalarAsync<bool>(database.Owner!, "SELECT to_regnamespace('shop') IS NULL AND to_regnamespace('tenancy') IS NULL")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_script_that_names_a_role_which_is_not_there_says_what_makes_it()
    {
        var database = await postgres.CreateDatabaseAsync();

        var failed = await Should.ThrowAsync<MigrationException>(Migrations(First, "GRANT USAGE ON SCHEMA shop TO rowhouse_newcomer").ApplyAsync(database, Token));
        var stranger = await Should.ThrowAsync<MigrationException>(Migrations(First, "GRANT USAGE ON SCHEMA shop TO somebody").ApplyAsync(database, Token));

        failed.Message.ShouldContain("\"rowhouse_newcomer\" does not exist");
        failed.Message.ShouldContain("Run `rowhouse database init` again");
        stranger.Message.ShouldNotContain("database init");
    }

    [Fact]
    public async Task A_script_that_was_changed_after_it_ran_is_refused()
    {
        var database = await postgres.CreateDatabaseAsync();
        await Migrations(First).ApplyAsync(database, Token);

        var failed = await Should.ThrowAsync<MigrationException>(Migrations(First + " ", Second).ApplyAsync(database, Token));

        failed.Script.ShouldBe("shop/0001_step");
        failed.Message.ShouldContain("changed after the database had it");
    }

    [Fact]
    public async Task Line_ends_do_not_change_a_script()
    {
        var database = await postgres.CreateDatabaseAsync();
        await Migrations("CREATE SCHEMA shop;\nCREATE TABLE shop.a (id int);").ApplyAsync(database, Token);

        (await Migrations("CREATE SCHEMA shop;\r\nCREATE TABLE shop.a (id int);").ApplyAsync(database, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_database_that_is_newer_than_the_program_is_refused()
    {
        var database = await postgres.CreateDatabaseAsync();
        await Migrations(First, Second).ApplyAsync(database, Token);
        await using var store = new PostgresStore();
        store.Open(database);

        var failed = await Should.ThrowAsync<MigrationException>(Migrations(First).FindPendingAsync(store, Token));

        failed.Script.ShouldBe("shop/0002_step");
        failed.Message.ShouldContain("the database is newer");
    }

    [Fact]
    public async Task What_is_pending_can_be_seen_by_the_application()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = new PostgresStore();
        store.Open(database);

        (await Migrations(First).FindPendingAsync(store, Token)).ShouldBe(["tenancy/0001_tenancy", "tenancy/0002_outbox", "tenancy/0003_purge", "tenancy/0004_reference", "tenancy/0005_mover", "shop/0001_step"]);
        await Migrations(First).ApplyAsync(database, Token);
        (await Migrations(First, Second).FindPendingAsync(store, Token)).ShouldBe(["shop/0002_step"]);
    }

    [Fact]
    public async Task Programs_that_start_together_migrate_once()
    {
        var database = await postgres.CreateDatabaseAsync();

        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrations(First, Second).ApplyAsync(database, Token)));

        applied.SelectMany(scripts => scripts).ShouldBe(["tenancy/0001_tenancy", "tenancy/0002_outbox", "tenancy/0003_purge", "tenancy/0004_reference", "tenancy/0005_mover", "shop/0001_step", "shop/0002_step"], ignoreOrder: true);
    }

    [Fact]
    public void Two_modules_of_one_name_are_refused()
    {
        var refused = Should.Throw<InvalidOperationException>(() => Registered("shop", new ScriptAssembly([]), new ScriptAssembly([])));

        refused.Message.ShouldContain("both record their scripts as 'shop'");
    }

    [Fact]
    public void A_module_that_is_called_as_the_kernel_is_refused() =>
        Should.Throw<InvalidOperationException>(() => Registered("tenancy", new ScriptAssembly([]))).Message.ShouldContain("'tenancy'");

    [Fact]
    public void One_module_may_be_registered_twice()
    {
        var shop = new ScriptAssembly([]);

        Should.NotThrow(() => Registered("shop", shop, shop));
    }

    [Fact]
    public void A_gap_in_the_numbers_is_refused()
    {
        var failed = Should.Throw<MigrationException>(() => SqlScript.Embedded("shop", new ScriptAssembly([("0001_a", "SELECT 1"), ("0003_c", "SELECT 1")])));

        failed.Script.ShouldBe("shop/0003_c");
        failed.Message.ShouldContain("stands where 0002 should");
    }

    [Fact]
    public async Task A_host_on_a_configured_database_refuses_an_old_schema_and_names_the_command()
    {
        var database = await postgres.CreateDatabaseAsync();
        using var host = NotesHost.Build(database, migrate: false);

        var refused = await Should.ThrowAsync<MigrationException>(host.StartAsync(Token));

        refused.Message.ShouldContain("rowhouse migrate");
    }

    [Fact]
    public async Task A_script_that_would_silently_miss_the_tenants_rows_fails_instead()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        var failed = await Should.ThrowAsync<MigrationException>(Migrations("UPDATE notes.notes SET text = ''").ApplyAsync(host.Connections, Token));

        failed.Message.ShouldContain("row-level security");
    }

    [Fact]
    public async Task Scripts_of_the_control_database_are_applied_there_and_nowhere_else()
    {
        var database = await postgres.CreateDatabaseAsync(withControl: true);
        var migrations = ScriptAssembly.Migrations(control: ["CREATE SCHEMA bureau; CREATE TABLE bureau.desks (id int PRIMARY KEY); GRANT USAGE ON SCHEMA bureau TO :\"platform\"; GRANT SELECT ON bureau.desks TO :\"platform\""], store: [First]);
        await using var store = new PostgresStore();
        store.Open(database);

        (await migrations.FindPendingAsync(store, Token)).ShouldBe(["bureau/0001_step", "tenancy/0001_tenancy", "tenancy/0002_outbox", "tenancy/0003_purge", "tenancy/0004_reference", "tenancy/0005_mover", "shop/0001_step"]);
        (await migrations.ApplyAsync(database, Token)).ShouldBe(["bureau/0001_step", "tenancy/0001_tenancy", "tenancy/0002_outbox", "tenancy/0003_purge", "tenancy/0004_reference", "tenancy/0005_mover", "shop/0001_step"]);
        (await migrations.FindPendingAsync(store, Token)).ShouldBeEmpty();

        foreach (var (source, desks, homes) in new[] { (store.Control, true, false), (store.Platform, false, true) })
        {
            await using var look = source.CreateCommand("SELECT ARRAY[to_regclass('bureau.desks') IS NOT NULL, to_regclass('tenancy.homes') IS NOT NULL]");
            ((bool[]?)await look.ExecuteScalarAsync(Token)).ShouldBe([desks, homes]);
        }
    }

    [Fact]
    public async Task A_script_that_fails_in_the_store_leaves_the_control_database_migrated()
    {
        var database = await postgres.CreateDatabaseAsync(withControl: true);
        string[] control = ["CREATE SCHEMA bureau"];

        var failed = await Should.ThrowAsync<MigrationException>(ScriptAssembly.Migrations(control, ["SELEC 1"]).ApplyAsync(database, Token));

        failed.Message.ShouldContain("The database is as it was");
        (await ScriptAssembly.Migrations(control, [First]).ApplyAsync(database, Token)).ShouldBe(["tenancy/0001_tenancy", "tenancy/0002_outbox", "tenancy/0003_purge", "tenancy/0004_reference", "tenancy/0005_mover", "shop/0001_step"]);
    }

    [Fact]
    public async Task A_control_database_that_is_not_named_is_asked_for()
    {
        var database = await postgres.CreateDatabaseAsync();

        var refused = await Should.ThrowAsync<InvalidOperationException>(ScriptAssembly.Migrations(["CREATE SCHEMA bureau"], [First]).ApplyAsync(database, Token));

        refused.Message.ShouldContain("ROWHOUSE_DATABASE_CONTROL");
    }

    private static SqlMigrations Migrations(params string[] scripts) => Registered("shop", ScriptAssembly.Of(scripts));

    private static SqlMigrations Registered(string module, params Assembly[] assemblies) =>
        new(assemblies.Select(assembly => new SqlMigrationSource(module, assembly, IsControl: false)), new TenantModels([], new ServiceCollection().BuildServiceProvider()));
}
