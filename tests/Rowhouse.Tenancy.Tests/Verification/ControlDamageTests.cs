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
        { "GRANT TEMPORARY ON DATABASE test_1_control TO rowhouse_mover", "role", "rowhouse_mover", "temporary tables" },
        { "ALTER DATABASE test_1_control OWNER TO postgres", "owner", "database test_1_control", "belongs to postgres" },
        { "GRANT USAGE ON SCHEMA bureau TO rowhouse_app", "grant", "bureau", "rowhouse_app has USAGE" },
        { "ALTER SCHEMA bureau OWNER TO rowhouse_platform", "owner", "bureau", "belongs to rowhouse_platform" },
        { "GRANT SELECT ON bureau.desks TO rowhouse_app", "grant", "bureau.desks", "rowhouse_app has SELECT" },
        { "GRANT SELECT (id) ON bureau.desks TO PUBLIC", "grant", "bureau.desks", "public has SELECT (id)" },
        { "GRANT SELECT ON bureau.desks TO rowhouse_platform WITH GRANT OPTION", "grant", "bureau.desks", "WITH GRANT OPTION" },
        { "ALTER TABLE bureau.desks OWNER TO postgres", "owner", "bureau.desks", "belongs to postgres" },
        { "CREATE FUNCTION bureau.spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER spy BEFORE INSERT ON bureau.desks FOR EACH ROW EXECUTE FUNCTION bureau.spy()", "trigger", "bureau.desks", "the trigger spy" },
        { "CREATE TABLE public.more () INHERITS (bureau.desks)", "parent", "public.more", "below another table" },
        { "CREATE RULE hide AS ON DELETE TO bureau.desks DO INSTEAD NOTHING", "rule", "bureau.desks", "the rule 'hide'" },
        { "CREATE TABLE bureau.chairs (desk int REFERENCES bureau.desks); GRANT SELECT ON bureau.chairs TO rowhouse_platform; ALTER TABLE bureau.chairs OWNER TO rowhouse_owner; ALTER TABLE bureau.chairs DISABLE TRIGGER ALL", "foreign-key", "bureau.chairs", "switched off" },
        { "CREATE FUNCTION bureau.root() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'", "function", "bureau.root()", "rights of postgres" },
        { "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.e()", "event-trigger", "watch", "ddl_command_end" },
        { "ALTER DEFAULT PRIVILEGES FOR ROLE rowhouse_owner IN SCHEMA bureau GRANT SELECT ON TABLES TO rowhouse_app", "default-grant", "bureau", "SELECT to rowhouse_app" },
        { "GRANT CREATE ON SCHEMA bureau TO rowhouse_platform", "role", "rowhouse_platform", "make objects in the schema bureau" },
        { "ALTER ROLE rowhouse_platform SUPERUSER", "role", "rowhouse_platform", "SUPERUSER" },
        { "ALTER ROLE rowhouse_platform IN DATABASE test_1_control SET search_path = public, pg_catalog", "role", "rowhouse_platform", "search_path" },
        { "GRANT DELETE ON bureau.desks TO rowhouse_platform", "schema", "bureau.desks", "it has [grant on bureau.desks DELETE to rowhouse_platform]" },
        { "GRANT UPDATE (drawers) ON bureau.desks TO rowhouse_platform", "schema", "bureau.desks", "UPDATE (drawers) to rowhouse_platform" },
        { "REVOKE SELECT ON bureau.desks FROM rowhouse_platform", "schema", "bureau.desks", "it lacks [grant on bureau.desks SELECT to rowhouse_platform]" },
        { "REVOKE USAGE ON SCHEMA bureau FROM rowhouse_platform", "schema", "bureau", "it lacks [grant on schema bureau USAGE to rowhouse_platform]" },
        { "ALTER TABLE bureau.lamps DROP CONSTRAINT lamps_pkey", "schema", "bureau.lamps", "lacks [constraint on bureau.lamps PRIMARY KEY (desk)]" },
        { "ALTER TABLE bureau.lamps DROP CONSTRAINT lamps_desk_fkey", "schema", "bureau.lamps", "lacks [constraint on bureau.lamps FOREIGN KEY (desk)" },
        { "ALTER TABLE bureau.desks DROP CONSTRAINT desks_drawers_check", "schema", "bureau.desks", "lacks [constraint on bureau.desks CHECK" },
        { "DROP INDEX bureau.by_label", "schema", "bureau.desks", "lacks [index UNIQUE ON bureau.desks" },
        { "ALTER TABLE bureau.desks ENABLE ROW LEVEL SECURITY; CREATE POLICY part ON bureau.desks USING (id < 3)", "schema", "bureau.desks", "it has [policy on bureau.desks part" },
        { "CREATE FUNCTION public.count() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER TABLE bureau.desks ALTER COLUMN drawers SET DEFAULT public.count()", "schema", "bureau.desks", "default public.count()" },
        { "CREATE FUNCTION public.fits(int) RETURNS boolean LANGUAGE sql AS 'SELECT true'; ALTER TABLE bureau.desks ADD CHECK (public.fits(drawers))", "schema", "bureau.desks", "CHECK (public.fits(drawers))" },
        { "CREATE FUNCTION bureau.abs(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; SET LOCAL search_path = bureau, pg_catalog; ALTER TABLE bureau.desks ADD CHECK (abs(drawers) > 0)", "schema", "bureau.desks", "bureau.abs(drawers)" },
        { "CREATE FUNCTION bureau.quiet() RETURNS int LANGUAGE sql AS 'SELECT 1'", "schema", "bureau.quiet()", "it has [function bureau.quiet()" },
        { "ALTER TABLE bureau.desks ADD note text", "schema", "bureau.desks", "desks.note text" },
        { "ALTER TABLE bureau.desks ALTER COLUMN label DROP NOT NULL", "schema", "bureau.desks", "it lacks [column bureau.desks.label text" },
        { "ALTER TABLE bureau.lamps SET UNLOGGED", "schema", "bureau.lamps", "unlogged" },
        { "DROP TABLE bureau.lamps", "schema", "bureau.lamps", "lacks [table bureau.lamps" },
        { "DROP SCHEMA bureau CASCADE", "schema", "bureau", "lacks [schema bureau of rowhouse_owner]" },
        { "CREATE TABLE public.furniture (); ALTER TABLE bureau.desks INHERIT public.furniture; GRANT DELETE ON public.furniture TO rowhouse_platform; ALTER TABLE public.furniture OWNER TO rowhouse_owner", "schema", "bureau.desks", "below public.furniture" },
        { "CREATE VIEW bureau.all_desks AS SELECT * FROM bureau.desks; ALTER VIEW bureau.all_desks OWNER TO rowhouse_owner; GRANT DELETE ON bureau.all_desks TO rowhouse_platform", "view", "bureau.all_desks", "its owner's rights" },
        { "GRANT TRUNCATE ON tenancy.migrations TO rowhouse_platform", "schema", "tenancy.migrations", "TRUNCATE to rowhouse_platform" },
        { "ALTER TABLE tenancy.migrations DROP CONSTRAINT pk_migrations", "schema", "tenancy.migrations", "lacks [constraint on tenancy.migrations PRIMARY KEY (module, number)]" },
        { "GRANT SELECT ON tenancy.migrations TO rowhouse_tenant", "schema", "tenancy.migrations", "it has [grant on tenancy.migrations SELECT to rowhouse_tenant]" },
        { "CREATE TABLE tenancy.homes (id int)", "schema", "tenancy.homes", "it has [table tenancy.homes" },
        { "GRANT CREATE ON SCHEMA tenancy TO rowhouse_platform", "schema", "tenancy", "CREATE to rowhouse_platform" },
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
    public async Task Scripts_that_do_not_say_what_they_leave_are_found()
    {
        var report = await control.LookAsync("SELECT 1", schema: null);

        var finding = report.Findings.ShouldHaveSingleItem();
        finding.Where.ShouldBe("bureau");
        finding.Mend.ShouldContain("schema.txt");
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
        private const string Bureau = """
            CREATE SCHEMA bureau;
            CREATE FUNCTION public.few() RETURNS int LANGUAGE sql AS 'SELECT 3';
            CREATE TABLE bureau.desks (id int PRIMARY KEY, label text NOT NULL, drawers int NOT NULL DEFAULT public.few() CHECK (drawers > 0));
            CREATE UNIQUE INDEX by_label ON bureau.desks (label);
            CREATE TABLE bureau.lamps (desk int PRIMARY KEY REFERENCES bureau.desks);
            GRANT USAGE ON SCHEMA bureau TO :"platform";
            GRANT SELECT ON bureau.desks, bureau.lamps TO :"platform";
            """;

        private readonly OwnServer server = new();

        public PostgresConnections Connections { get; private set; } = null!; // the runner initialises it before any test

        /// <summary>What the scripts of the bureau leave.</summary>
        public string Schema { get; private set; } = ""; // so is this

        public async ValueTask InitializeAsync()
        {
            await server.InitializeAsync();
            Connections = await server.CreateDatabaseAsync(withControl: true);
            await ScriptAssembly.Migrations([Bureau], []).ApplyAsync(Connections);
            Schema = string.Join('\n', await SchemaComparison.DescribeControlAsync(Connections, "bureau"));
        }

        /// <summary>What is found while the damage is there. It is never committed.</summary>
        public Task<IsolationReport> DamageAsync(string sql) => LookAsync(sql, Schema);

        /// <summary>What is found while the damage is there and <c>schema.txt</c> says this, or is missing.</summary>
        public async Task<IsolationReport> LookAsync(string sql, string? schema)
        {
            var superuser = new NpgsqlConnectionStringBuilder(server.Admin) { Database = new NpgsqlConnectionStringBuilder(Connections.Control).Database, Pooling = false };
            await using var connection = new NpgsqlConnection(superuser.ConnectionString);
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var damage = new NpgsqlCommand(sql, connection);
            await damage.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            return await IsolationCheck.RunOnControlAsync(connection, RoleNames.Default, ScriptAssembly.Migrations([Bureau], [], schema).ControlSchemas, TestContext.Current.CancellationToken);
        }

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
