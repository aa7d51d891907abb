using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Tests.Notes;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Roles;

public sealed class DatabaseRolesTests(OwnServer postgres) : IClassFixture<OwnServer>
{
    [Fact]
    public async Task Each_role_signs_in_and_has_no_right_that_undoes_isolation()
    {
        var connections = await postgres.CreateDatabaseAsync();

        foreach (var connection in new[] { connections.Application, connections.Platform, connections.Owner!, connections.Mover! })
        {
            var rights = await ScalarAsync(connection, "select concat_ws(' ', rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication) from pg_roles where rolname = current_user");
            rights.ShouldBe("f f f f f");
        }
    }

    [Theory]
    [InlineData("create table public.t (id int)", "42501")]
    [InlineData("create schema mine", "42501")]
    [InlineData("create temporary table t (id int)", "42501")]
    [InlineData("set role rowhouse_owner", "42501")]
    [InlineData("create database other", "42501")]
    public async Task The_application_and_the_platform_can_make_nothing(string sql, string state)
    {
        var connections = await postgres.CreateDatabaseAsync();

        foreach (var connection in new[] { connections.Application, connections.Platform })
        {
            (await Should.ThrowAsync<PostgresException>(ScalarAsync(connection, sql))).SqlState.ShouldBe(state);
        }
    }

    [Theory]
    [InlineData("create table public.t (id int)")]
    [InlineData("create schema mine")]
    [InlineData("set role rowhouse_owner")]
    [InlineData("create database other")]
    public async Task The_mover_can_make_temporary_tables_and_nothing_else(string sql)
    {
        var connections = await postgres.CreateDatabaseAsync();

        (await Should.ThrowAsync<PostgresException>(ScalarAsync(connections.Mover!, sql))).SqlState.ShouldBe("42501");
        (await ScalarAsync(connections.Mover!, "create temporary table t (id int); insert into t values (1) returning id")).ShouldBe(1);
    }

    [Fact]
    public async Task A_role_of_the_server_that_was_not_named_cannot_connect()
    {
        var connections = await postgres.CreateDatabaseAsync();
        var admin = postgres.Admin;
        await ScalarAsync(admin, "drop role if exists stranger; create role stranger login password 'stranger'");

        var stranger = new NpgsqlConnectionStringBuilder(connections.Application) { Username = "stranger", Password = "stranger" }.ConnectionString;

        (await Should.ThrowAsync<PostgresException>(ScalarAsync(stranger, "select 1"))).SqlState.ShouldBe("42501");
    }

    [Fact]
    public async Task Text_is_kept_as_UTF8_in_binary_order_and_shown_in_the_order_of_people()
    {
        var connections = await postgres.CreateDatabaseAsync();

        (await ScalarAsync(connections.Application, "select string_agg(v, ' ' order by v) from unnest(array['#10', '#9', 'Zoë', 'émile', 'adam']) v")).ShouldBe("#10 #9 Zoë adam émile");
        (await ScalarAsync(connections.Application, "select string_agg(v, ' ' order by v collate shown) from unnest(array['#10', '#9', 'Zoë', 'émile', 'adam']) v")).ShouldBe("#9 #10 adam émile Zoë");
    }

    [Fact]
    public async Task A_second_run_changes_nothing_but_the_passwords()
    {
        var admin = postgres.Admin;
        var connections = await postgres.CreateDatabaseAsync();
        var name = new NpgsqlConnectionStringBuilder(connections.Application).Database!;
        await ScalarAsync(connections.Owner!, "create table public.kept (id int); insert into public.kept values (7)");

        var again = await DatabaseRoles.EnsureAsync(admin, new(name), RoleNames.Default, Passwords(connections), TestContext.Current.CancellationToken);

        again.ShouldBe(connections);
        (await ScalarAsync(again.Owner!, "select id from public.kept")).ShouldBe(7);
    }

    [Fact]
    public async Task An_administrator_who_is_no_superuser_is_enough_and_keeps_no_right_of_the_owner()
    {
        var connections = await postgres.CreateDatabaseAsync();
        var admin = postgres.Admin;
        await ScalarAsync(admin, "drop role if exists managed; create role managed login createrole createdb password 'managed'");
        if (await ScalarAsync(admin, "select current_setting('server_version_num')::int >= 160000") is true)
        {
            // From 16 on an administrator may change the roles that it made or was given; the roles of these tests exist already.
            await ScalarAsync(admin, "grant rowhouse_owner, rowhouse_app, rowhouse_platform to managed with admin true, set false, inherit false");
        }

        var managed = new NpgsqlConnectionStringBuilder(admin) { Username = "managed", Password = "managed" }.ConnectionString;
        var made = await DatabaseRoles.EnsureAsync(managed, new("managed_database"), RoleNames.Default, Passwords(connections), TestContext.Current.CancellationToken);

        (await ScalarAsync(made.Application, "select current_user::text")).ShouldBe("rowhouse_app");
        (await Should.ThrowAsync<PostgresException>(ScalarAsync(managed, "set role rowhouse_owner"))).SqlState.ShouldBe("42501");
    }

    [Fact]
    public async Task A_role_that_was_given_too_much_loses_it()
    {
        var connections = await postgres.CreateDatabaseAsync();
        var admin = postgres.Admin;
        await ScalarAsync(admin, "alter role rowhouse_platform createrole");

        await DatabaseRoles.EnsureAsync(admin, new("mended"), RoleNames.Default, Passwords(connections), TestContext.Current.CancellationToken);

        (await ScalarAsync(admin, "select rolcreaterole from pg_roles where rolname = 'rowhouse_platform'")).ShouldBe(false);
    }

    [Fact]
    public async Task A_working_role_that_is_a_member_of_another_is_refused()
    {
        var connections = await postgres.CreateDatabaseAsync();
        var admin = postgres.Admin;
        await ScalarAsync(admin, "grant rowhouse_owner to rowhouse_platform");
        try
        {
            var refused = await Should.ThrowAsync<InvalidOperationException>(DatabaseRoles.EnsureAsync(admin, new("refused"), RoleNames.Default, Passwords(connections), TestContext.Current.CancellationToken));
            refused.Message.ShouldContain("rowhouse_platform is a member of rowhouse_owner");
        }
        finally
        {
            await ScalarAsync(admin, "revoke rowhouse_owner from rowhouse_platform");
        }
    }

    [Fact]
    public async Task Two_installations_on_one_server_share_nothing()
    {
        var connections = await postgres.CreateDatabaseAsync();
        var other = await DatabaseRoles.EnsureAsync(postgres.Admin, new("acme"), new("acme"), RolePasswords.Generate(), TestContext.Current.CancellationToken);
        await NotesHost.MigrateAsync(other);
        await using var host = await NotesHost.StartAsync(other);

        await host.WriteNoteAsync(host.Smith);
        (await ScalarAsync(other.Application, "select current_user::text")).ShouldBe("acme_app");
        (await ScalarAsync(connections.Application, "select current_user::text")).ShouldBe("rowhouse_app");
        foreach (var (mine, theirs) in new[] { (connections.Application, other.Application), (other.Application, connections.Application) })
        {
            var database = new NpgsqlConnectionStringBuilder(theirs).Database;
            var across = new NpgsqlConnectionStringBuilder(mine) { Database = database }.ConnectionString;
            (await Should.ThrowAsync<PostgresException>(ScalarAsync(across, "select 1"))).SqlState.ShouldBe("42501");
        }
    }

    [Fact]
    public async Task The_databases_of_an_installation_are_known_from_its_roles()
    {
        var admin = postgres.Admin;
        RoleNames names = new("known");

        (await DatabaseRoles.FindDatabasesAsync(admin, names, TestContext.Current.CancellationToken)).ShouldBeEmpty();

        await DatabaseRoles.EnsureAsync(admin, new("known_one"), names, RolePasswords.Generate(), TestContext.Current.CancellationToken);
        (await DatabaseRoles.FindDatabasesAsync(admin, names, TestContext.Current.CancellationToken)).ShouldBe(["known_one"]);

        // A right inside another database, without any on the database itself.
        await ScalarAsync(new NpgsqlConnectionStringBuilder(admin) { Database = "template1" }.ConnectionString, "create schema held; grant usage on schema held to known_app");
        await ScalarAsync(admin, "grant connect on database postgres to known_platform");
        (await DatabaseRoles.FindDatabasesAsync(admin, names, TestContext.Current.CancellationToken)).ShouldBe(["known_one", "postgres", "template1"]);
        await ScalarAsync(new NpgsqlConnectionStringBuilder(admin) { Database = "template1" }.ConnectionString, "drop schema held");
    }

    [Fact]
    public async Task A_database_of_somebody_else_is_refused()
    {
        var connections = await postgres.CreateDatabaseAsync();
        var admin = postgres.Admin;
        await ScalarAsync(admin, "create database \"somebody's\"");

        var refused = await Should.ThrowAsync<InvalidOperationException>(DatabaseRoles.EnsureAsync(admin, new("somebody's"), RoleNames.Default, Passwords(connections), TestContext.Current.CancellationToken));

        refused.Message.ShouldContain("belongs to postgres");
    }

    [Theory]
    [InlineData("")]
    [InlineData("pässword")]
    public async Task A_password_that_a_server_might_read_differently_is_refused(string password)
    {
        var admin = postgres.Admin;

        await Should.ThrowAsync<ArgumentException>(DatabaseRoles.EnsureAsync(admin, new("unused"), RoleNames.Default, new(password, password, password, password, password), TestContext.Current.CancellationToken));
    }

    private static RolePasswords Passwords(PostgresConnections connections) => new(
        new NpgsqlConnectionStringBuilder(connections.Owner!).Password!,
        new NpgsqlConnectionStringBuilder(connections.Application).Password!,
        new NpgsqlConnectionStringBuilder(connections.Platform).Password!,
        new NpgsqlConnectionStringBuilder(connections.Provisioner!).Password!,
        new NpgsqlConnectionStringBuilder(connections.Mover!).Password!);

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
