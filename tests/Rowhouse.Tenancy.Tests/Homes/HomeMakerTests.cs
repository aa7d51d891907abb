using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Tenancy.Tests.Roles;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

/// <summary>Databases of tenants' own and the template that they are copies of.</summary>
public sealed class HomeMakerTests(OwnServer postgres) : IClassFixture<OwnServer>
{
    private static readonly RoleNames Names = RoleNames.Default;

    private readonly string home = Names.HomeOf(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_home_is_made_once_however_often()
    {
        var (connections, migrations, models) = await SchemaAsync(withNotes: true);
        await new HomeTemplate(migrations, models, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);

        await WithMakerAsync(connections, migrations, MakeAsync);
        await WithMakerAsync(connections, migrations, MakeAsync);

        (await NotesHost.ScalarAsync<string>(In(connections.Application, home, "secret"), "SELECT current_user::text")).ShouldBe(home);
        (await NotesHost.ScalarAsync<long>(In(connections.Application, home, "secret"), "SELECT count(*) FROM notes.notes")).ShouldBe(0);
        (await NotesHost.ScalarAsync<string>(postgres.Admin, $"SELECT datdba::regrole::text FROM pg_database WHERE datname = '{home}'")).ShouldBe(Names.Provisioner);
    }

    [Fact]
    public async Task Nobody_enters_a_home_but_its_login_and_who_works_on_all_of_them()
    {
        var (connections, migrations, models) = await SchemaAsync(withNotes: true);
        await new HomeTemplate(migrations, models, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);
        await WithMakerAsync(connections, migrations, MakeAsync);
        await NotesHost.ExecuteAsync(postgres.Admin, "DROP ROLE IF EXISTS outsider; CREATE ROLE outsider LOGIN PASSWORD 'outsider'");

        foreach (var connection in new[] { connections.Application, new NpgsqlConnectionStringBuilder(connections.Application) { Username = "outsider", Password = "outsider" }.ConnectionString })
        {
            (await Should.ThrowAsync<PostgresException>(() => NotesHost.ScalarAsync<int>(In(connection), "SELECT 1"))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        }

        foreach (var connection in new[] { connections.Platform, connections.Owner! })
        {
            (await NotesHost.ScalarAsync<int>(In(connection), "SELECT 1")).ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_home_that_is_removed_is_gone_with_its_login_whoever_is_connected_as_it()
    {
        var (connections, migrations, models) = await SchemaAsync(withNotes: true);
        await new HomeTemplate(migrations, models, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);
        await WithMakerAsync(connections, migrations, MakeAsync);
        await using var inside = new NpgsqlConnection(In(connections.Application, home, "secret"));
        await inside.OpenAsync(Cancelled);

        await WithMakerAsync(connections, migrations, RemoveAsync);
        await WithMakerAsync(connections, migrations, RemoveAsync);

        (await NotesHost.ScalarAsync<bool>(postgres.Admin, $"SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{home}') OR EXISTS (SELECT FROM pg_roles WHERE rolname = '{home}')")).ShouldBeFalse();

        async Task RemoveAsync(HomeMaker maker)
        {
            await maker.RemoveDatabaseAsync(home, Cancelled);
            await maker.RemoveLoginAsync(home, Cancelled);
        }
    }

    [Theory]
    [InlineData("COMMENT ON DATABASE {0} IS NULL")]
    [InlineData("UPDATE pg_database SET datconnlimit = -2 WHERE datname = '{0}'")]
    [InlineData("COMMENT ON DATABASE {0} IS 'rowhouse schema 00'")]
    public async Task What_a_crash_left_of_a_home_is_made_anew_and_nobody_can_act_as_its_login(string crash)
    {
        var (connections, migrations, models) = await SchemaAsync(withNotes: true);
        await new HomeTemplate(migrations, models, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);
        await WithMakerAsync(connections, migrations, MakeAsync);
        var first = await IdOfAsync(home);
        await NotesHost.ExecuteAsync(postgres.Admin, string.Format(CultureInfo.InvariantCulture, crash, home));

        await WithMakerAsync(connections, migrations, MakeAsync);

        (await IdOfAsync(home)).ShouldNotBe(first);
        (await NotesHost.ScalarAsync<string>(In(connections.Application, home, "secret"), "SELECT current_user::text")).ShouldBe(home);
        (await NotesHost.ScalarAsync<long>(postgres.Admin, $"SELECT count(*) FROM pg_auth_members WHERE roleid = '{home}'::regrole AND member = '{Names.Provisioner}'::regrole AND coalesce((to_jsonb(pg_auth_members) ->> 'inherit_option')::boolean, true)")).ShouldBe(0);
    }

    [Fact]
    public async Task A_home_whose_removal_was_cut_short_is_removed()
    {
        var (connections, migrations, models) = await SchemaAsync(withNotes: true);
        await new HomeTemplate(migrations, models, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);
        await WithMakerAsync(connections, migrations, MakeAsync);
        await NotesHost.ExecuteAsync(postgres.Admin, $"UPDATE pg_database SET datconnlimit = -2 WHERE datname = '{home}'");

        await WithMakerAsync(connections, migrations, maker => maker.RemoveDatabaseAsync(home, Cancelled));

        (await NotesHost.ScalarAsync<bool>(postgres.Admin, $"SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{home}')")).ShouldBeFalse();
    }

    [Fact]
    public async Task While_a_home_is_removed_the_provisioner_is_no_stranger_in_its_login()
    {
        var (connections, migrations, models) = await SchemaAsync(withNotes: true);
        await migrations.ApplyAsync(connections, Cancelled);
        await new HomeTemplate(migrations, models, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);
        await WithMakerAsync(connections, migrations, MakeAsync);
        await NotesHost.ExecuteAsync(postgres.Admin, $"GRANT {home} TO {Names.Provisioner}");
        await using var store = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connections.Platform) { Pooling = false }.ConnectionString);
        await store.OpenAsync(Cancelled);

        (await IsolationCheck.RunAsync(store, Names, models.Tables, Cancelled)).Findings.ShouldBeEmpty();
        await NotesHost.ExecuteAsync(postgres.Admin, $"GRANT {home} TO {Names.Application}");
        (await IsolationCheck.RunAsync(store, Names, models.Tables, Cancelled)).Findings.ShouldNotBeEmpty();
        await NotesHost.ExecuteAsync(postgres.Admin, $"REVOKE {home} FROM {Names.Application}, {Names.Provisioner}");
    }

    [Theory]
    [InlineData("rowhouse_shared")]
    [InlineData("postgres")]
    [InlineData("rowhouse_home_smith")]
    [InlineData("rowhouse_home_0123456789abcdef0123456789abcdef; DROP ROLE postgres")]
    [InlineData("other_home_0123456789abcdef0123456789abcdef")]
    public async Task What_is_no_home_of_the_installation_is_neither_made_nor_removed(string name)
    {
        var (connections, migrations, _) = await SchemaAsync(withNotes: true);

        await WithMakerAsync(connections, migrations, async maker =>
        {
            foreach (var act in new Func<Task>[] { () => maker.EnsureLoginAsync(name, "secret", Cancelled), () => maker.EnsureDatabaseAsync(name, Cancelled), () => maker.RemoveDatabaseAsync(name, Cancelled), () => maker.RemoveLoginAsync(name, Cancelled) })
            {
                (await Should.ThrowAsync<ArgumentException>(act)).Message.ShouldContain("is no name of a dedicated home");
            }
        });
    }

    [Fact]
    public async Task Without_the_template_of_its_schema_no_home_is_made()
    {
        var (connections, migrations, _) = await SchemaAsync(withNotes: false);

        await WithMakerAsync(connections, migrations, async maker =>
        {
            await maker.EnsureLoginAsync(home, "secret", Cancelled);
            (await Should.ThrowAsync<TemplateMissingException>(() => maker.EnsureDatabaseAsync(home, Cancelled))).Message.ShouldContain("rowhouse migrate");
        });
    }

    [Fact]
    public async Task A_template_is_sealed_and_one_that_was_opened_is_made_anew()
    {
        var (connections, migrations, models) = await SchemaAsync(withNotes: true);
        var template = Names.TemplateOf(migrations.StoreFingerprint);
        await new HomeTemplate(migrations, models, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);
        var first = await IdOfAsync(template);
        await new HomeTemplate(migrations, models, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);
        (await IdOfAsync(template)).ShouldBe(first);

        await NotesHost.ExecuteAsync(postgres.Admin, $"ALTER DATABASE {template} ALLOW_CONNECTIONS true");
        await new HomeTemplate(migrations, models, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);

        (await IdOfAsync(template)).ShouldNotBe(first);
        (await NotesHost.ScalarAsync<bool>(postgres.Admin, $"SELECT datistemplate AND NOT datallowconn FROM pg_database WHERE datname = '{template}'")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_migration_brings_homes_of_an_older_schema_forward_and_leaves_their_rows()
    {
        var (connections, older, none) = await SchemaAsync(withNotes: false, kernelOnly: true);
        await new HomeTemplate(older, none, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);
        await WithMakerAsync(connections, older, MakeAsync);
        await NotesHost.ExecuteAsync(In(connections.Platform), $"INSERT INTO tenancy.homes (tenant_id, generation) VALUES ('{Guid.AllBitsSet}', 1)");
        await NotesHost.ExecuteAsync(postgres.Admin, $"REVOKE ALL ON DATABASE {home} FROM rowhouse_mover"); // as of before there was that role
        var (_, newer, models) = await SchemaAsync(withNotes: true);

        await new HomeTemplate(newer, models, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);

        (await NotesHost.ScalarAsync<long>(In(connections.Application, home, "secret"), "SELECT count(*) FROM notes.notes")).ShouldBe(0);
        (await NotesHost.ScalarAsync<long>(In(connections.Platform), "SELECT count(*) FROM tenancy.homes")).ShouldBe(1);
        (await NotesHost.ScalarAsync<long>(In(connections.Mover!), $"BEGIN; CALL tenancy.bind('{Guid.AllBitsSet}', 1); CREATE TEMPORARY TABLE kept AS TABLE tenancy.homes; SELECT count(*) FROM kept")).ShouldBe(1);
        newer.StoreFingerprint.ShouldNotBe(older.StoreFingerprint);
        (await NotesHost.ScalarAsync<string>(postgres.Admin, $"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{home}'")).ShouldBe($"rowhouse schema {newer.StoreFingerprint}");
    }

    private async Task MakeAsync(HomeMaker maker)
    {
        await maker.EnsureLoginAsync(home, "secret", Cancelled);
        await maker.EnsureDatabaseAsync(home, Cancelled);
    }

    private static async Task WithMakerAsync(PostgresConnections connections, SqlMigrations migrations, Func<HomeMaker, Task> act)
    {
        await using var provisioner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connections.Provisioner) { Pooling = false }.ConnectionString);
        await provisioner.OpenAsync(Cancelled);
        await act(new(provisioner, Names, migrations));
    }

    /// <summary>The roles of the server, and a schema: that of the notes, or of the kernel alone. One that was asked for neither has a template on no server.</summary>
    private async Task<(PostgresConnections Connections, SqlMigrations Migrations, TenantModels Models)> SchemaAsync(bool withNotes, bool kernelOnly = false)
    {
        var services = new ServiceCollection().BuildServiceProvider();
        var models = new TenantModels(withNotes ? [new TenantContextType(typeof(NotesDb))] : [], services);
        SqlMigrationSource[] sources = withNotes ? [new("notes", typeof(NotesDb).Assembly, IsControl: false)] : kernelOnly ? [] : [new("other", typeof(NotesDb).Assembly, IsControl: false)];
        return (await postgres.CreateDatabaseAsync(), new(sources, models), models);
    }

    private string In(string connection, string? login = null, string? password = null)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection) { Database = home, Pooling = false };
        if (login is not null)
        {
            (builder.Username, builder.Password) = (login, password);
        }

        return builder.ConnectionString;
    }

    private Task<uint> IdOfAsync(string database) => NotesHost.ScalarAsync<uint>(postgres.Admin, $"SELECT oid FROM pg_database WHERE datname = '{database}'");
}
