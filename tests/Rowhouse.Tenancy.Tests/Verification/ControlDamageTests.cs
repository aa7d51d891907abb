using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;
using Rowhouse.Tenancy.Tests.Migrations;
using Rowhouse.Tenancy.Tests.Roles;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Verification;

public sealed class ControlDamageTests(ControlDamageTests.ControlDatabase control) : IClassFixture<ControlDamageTests.ControlDatabase>
{
    /// <summary>What would let others in, or run in the platform's sessions.</summary>
    public static TheoryData<string, string, string, string> Damages => new()
    {
        { "GRANT CONNECT ON DATABASE test_1_control TO rowhouse_app", "grant", "database test_1_control", "rowhouse_app may connect" },
        { "GRANT CONNECT ON DATABASE test_1_control TO rowhouse_tenant", "grant", "database test_1_control", "rowhouse_tenant may connect" },
        { "GRANT CONNECT ON DATABASE test_1_control TO PUBLIC", "grant", "database test_1_control", "may CONNECT" },
        { "CREATE ROLE reporting; GRANT CONNECT ON DATABASE test_1_control TO reporting", "grant", "database test_1_control", "reporting may connect" },
        { "ALTER DATABASE test_1_control OWNER TO postgres", "owner", "database test_1_control", "belongs to postgres" },
        { "GRANT USAGE ON SCHEMA bureau TO rowhouse_app", "grant", "bureau", "rowhouse_app has USAGE" },
        { "ALTER SCHEMA bureau OWNER TO rowhouse_platform", "owner", "bureau", "belongs to rowhouse_platform" },
        { "GRANT SELECT ON bureau.desks TO rowhouse_app", "grant", "bureau.desks", "rowhouse_app has SELECT" },
        { "GRANT SELECT (id) ON bureau.desks TO PUBLIC", "grant", "bureau.desks", "public has SELECT (id)" },
        { "GRANT SELECT ON bureau.desks TO rowhouse_platform WITH GRANT OPTION", "grant", "bureau.desks", "WITH GRANT OPTION" },
        { "ALTER TABLE bureau.desks OWNER TO postgres", "owner", "bureau.desks", "belongs to postgres" },
        { "CREATE FUNCTION bureau.spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER spy BEFORE INSERT ON bureau.desks FOR EACH ROW EXECUTE FUNCTION bureau.spy()", "trigger", "bureau.desks", "the trigger spy" },
        { "CREATE RULE hide AS ON DELETE TO bureau.desks DO INSTEAD NOTHING", "rule", "bureau.desks", "the rule 'hide'" },
        { "CREATE TABLE bureau.chairs (desk int REFERENCES bureau.desks); GRANT SELECT ON bureau.chairs TO rowhouse_platform; ALTER TABLE bureau.chairs OWNER TO rowhouse_owner; ALTER TABLE bureau.chairs DISABLE TRIGGER ALL", "foreign-key", "bureau.chairs", "switched off" },
        { "CREATE FUNCTION bureau.root() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'", "function", "bureau.root()", "rights of postgres" },
        { "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.e()", "event-trigger", "watch", "ddl_command_end" },
        { "ALTER DEFAULT PRIVILEGES FOR ROLE rowhouse_owner IN SCHEMA bureau GRANT SELECT ON TABLES TO rowhouse_app", "default-grant", "bureau", "SELECT to rowhouse_app" },
        { "GRANT CREATE ON SCHEMA bureau TO rowhouse_platform", "role", "rowhouse_platform", "make objects in the schema bureau" },
        { "ALTER ROLE rowhouse_platform SUPERUSER", "role", "rowhouse_platform", "SUPERUSER" },
        { "ALTER ROLE rowhouse_platform IN DATABASE test_1_control SET search_path = public, pg_catalog", "role", "rowhouse_platform", "search_path" },
    };

    [Fact]
    public async Task A_control_database_as_the_scripts_leave_it_is_sound() =>
        (await control.DamageAsync("SELECT 1")).IsSound.ShouldBeTrue();

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Damage_is_found_and_named(string sql, string rule, string where, string says)
    {
        var report = await control.DamageAsync(sql);

        report.Findings.ShouldContain(finding => finding.Rule == rule && finding.Where == where && finding.What.Contains(says, StringComparison.Ordinal), report.ToString());
        report.Findings.ShouldAllBe(finding => finding.Mend.Length > 0);
    }

    [Fact]
    public async Task Only_the_platform_connects()
    {
        var database = new NpgsqlConnectionStringBuilder(control.Connections.Control).Database;
        var application = new NpgsqlConnectionStringBuilder(control.Connections.Application) { Database = database, Pooling = false };
        await using var refused = new NpgsqlConnection(application.ConnectionString);

        (await Should.ThrowAsync<PostgresException>(refused.OpenAsync(TestContext.Current.CancellationToken))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);

        await using var platform = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(control.Connections.Control) { Pooling = false }.ConnectionString);
        await platform.OpenAsync(TestContext.Current.CancellationToken);
        await using var read = new NpgsqlCommand("SELECT count(*) FROM bureau.desks", platform);
        (await read.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe(0L);
    }

    /// <summary>A control database on a server of its own, since damage to a role is damage to the whole server.</summary>
    public sealed class ControlDatabase : IAsyncLifetime
    {
        private readonly OwnServer server = new();

        public PostgresConnections Connections { get; private set; } = null!; // the runner initialises it before any test

        public async ValueTask InitializeAsync()
        {
            await server.InitializeAsync();
            Connections = await server.CreateDatabaseAsync(withControl: true);
            await ScriptAssembly.Migrations(
                ["CREATE SCHEMA bureau; CREATE TABLE bureau.desks (id int PRIMARY KEY); GRANT USAGE ON SCHEMA bureau TO :\"platform\"; GRANT SELECT ON bureau.desks TO :\"platform\""], []).ApplyAsync(Connections);
        }

        /// <summary>What is found while the damage is there. It is never committed.</summary>
        public async Task<IsolationReport> DamageAsync(string sql)
        {
            var superuser = new NpgsqlConnectionStringBuilder(server.Admin) { Database = new NpgsqlConnectionStringBuilder(Connections.Control).Database, Pooling = false };
            await using var connection = new NpgsqlConnection(superuser.ConnectionString);
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var damage = new NpgsqlCommand(sql, connection);
            await damage.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            return await IsolationCheck.RunOnControlAsync(connection, RoleNames.Default, TestContext.Current.CancellationToken);
        }

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
