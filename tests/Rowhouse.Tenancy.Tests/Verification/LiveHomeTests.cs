using System.Data;
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

namespace Rowhouse.Tenancy.Tests.Verification;

/// <summary>Damage to a dedicated home that its server's catalogue shows. Each is planted in a transaction that is never committed.</summary>
public sealed class LiveHomeTests(LiveHomeTests.Fixture made) : IClassFixture<LiveHomeTests.Fixture>
{
    private const string Tenants = "rowhouse_tenant";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_home_as_it_was_made_is_sound_also_while_it_is_being_made_or_removed()
    {
        (await made.LookAsync("SELECT 1")).ShouldSatisfyAllConditions(IsSound);
        (await made.LookAsync("SELECT 1", livesThere: false)).ShouldSatisfyAllConditions(IsSound);
        (await made.LookAsync("ALTER DATABASE {0} ALLOW_CONNECTIONS false; UPDATE pg_database SET datacl = NULL WHERE datname = '{0}'; COMMENT ON DATABASE {0} IS NULL", livesThere: false)).ShouldSatisfyAllConditions(IsSound);
        (await made.LookAsync("GRANT {0} TO rowhouse_provisioner; GRANT CONNECT ON DATABASE {0} TO rowhouse_owner")).ShouldSatisfyAllConditions(IsSound);
    }

    [Theory]
    [InlineData("ALTER DATABASE {0} OWNER TO rowhouse_owner", "it belongs to rowhouse_owner")]
    [InlineData("GRANT CONNECT ON DATABASE {0} TO PUBLIC", "every role of the server may CONNECT:")]
    [InlineData("UPDATE pg_database SET datacl = NULL WHERE datname = '{0}'", "every role of the server may CONNECT, TEMPORARY:")]
    [InlineData("GRANT CONNECT ON DATABASE {0} TO rowhouse_app", "rowhouse_app may CONNECT:")]
    [InlineData($"GRANT CONNECT ON DATABASE {{0}} TO {Tenants}", $"{Tenants} may CONNECT:")]
    [InlineData("CREATE ROLE outsider; GRANT TEMPORARY ON DATABASE {0} TO outsider", "outsider may TEMPORARY:")]
    [InlineData("CREATE ROLE rowhouse_home_other; GRANT CONNECT ON DATABASE {0} TO rowhouse_home_other", "rowhouse_home_other may CONNECT:")]
    [InlineData("GRANT CREATE ON DATABASE {0} TO {0}", "{0} may CREATE,")]
    [InlineData("GRANT TEMPORARY ON DATABASE {0} TO rowhouse_platform", "rowhouse_platform may TEMPORARY,")]
    [InlineData("GRANT CREATE ON DATABASE {0} TO rowhouse_mover", "rowhouse_mover may CREATE, and needs CONNECT and TEMPORARY alone")]
    [InlineData("GRANT CONNECT ON DATABASE {0} TO rowhouse_platform WITH GRANT OPTION", "rowhouse_platform may CONNECT WITH GRANT OPTION,")]
    [InlineData("ALTER DATABASE {0} SET rowhouse.tenant = 'somebody'", "sessions in it begin with rowhouse.tenant = somebody")]
    [InlineData("ALTER ROLE {0} IN DATABASE {0} SET row_security = off", "sessions in it begin with row_security = off")]
    [InlineData("ALTER ROLE {0} SUPERUSER", "it has SUPERUSER")]
    [InlineData("ALTER ROLE {0} BYPASSRLS", "it has BYPASSRLS")]
    [InlineData("ALTER ROLE {0} CREATEROLE", "it has CREATEROLE")]
    [InlineData("ALTER ROLE {0} CREATEDB", "it has CREATEDB")]
    [InlineData("ALTER ROLE {0} REPLICATION", "it has REPLICATION")]
    [InlineData($"REVOKE {Tenants} FROM {{0}}; GRANT rowhouse_owner TO {{0}}", "it is a member of rowhouse_owner")]
    public async Task What_opens_a_home_to_others_or_its_login_to_more_breaks_isolation(string damage, string says)
    {
        var report = await made.LookAsync(damage);

        var finding = report.Findings.ShouldHaveSingleItem();
        finding.Where.ShouldEndWith(made.Home);
        finding.What.ShouldContain(string.Format(CultureInfo.InvariantCulture, says, made.Home));
        finding.Mend.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("UPDATE pg_database SET datconnlimit = -2 WHERE datname = '{0}'", "its removal was cut short")]
    [InlineData("ALTER DATABASE {0} ALLOW_CONNECTIONS false", "a tenant lives there, and it lets nobody in")]
    [InlineData("UPDATE pg_database SET datname = 'elsewhere' WHERE datname = '{0}'", "there is no such database")]
    [InlineData("REVOKE CONNECT ON DATABASE {0} FROM {0}", "{0} may not CONNECT")]
    [InlineData("REVOKE CONNECT ON DATABASE {0} FROM rowhouse_platform", "rowhouse_platform may not CONNECT")]
    [InlineData("REVOKE ALL ON DATABASE {0} FROM rowhouse_mover", "rowhouse_mover may not CONNECT and not TEMPORARY")]
    [InlineData("REVOKE TEMPORARY ON DATABASE {0} FROM rowhouse_mover", "rowhouse_mover may not TEMPORARY")]
    [InlineData("ALTER ROLE {0} NOLOGIN", "it may not sign in")]
    [InlineData($"REVOKE {Tenants} FROM {{0}}", $"it has not the rights of {Tenants}")]
    [InlineData("ALTER ROLE {0} NOINHERIT; REVOKE rowhouse_tenant FROM {0}; GRANT rowhouse_tenant TO {0}", $"it has not the rights of {Tenants}")]
    public async Task What_keeps_a_tenant_from_working_is_a_fault_and_breaks_no_isolation(string damage, string says)
    {
        var report = await made.LookAsync(damage);

        report.Findings.ShouldBeEmpty();
        var fault = report.Faults.ShouldHaveSingleItem();
        fault.Where.ShouldEndWith(made.Home);
        fault.What.ShouldContain(string.Format(CultureInfo.InvariantCulture, says, made.Home));
        fault.Mend.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_home_whose_login_is_gone_is_a_fault()
    {
        var report = await made.LookAsync("ALTER ROLE {0} RENAME TO somebody");

        report.Faults.ShouldContain(fault => fault.Where == made.Home && fault.What.Contains("no login of this name", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("COMMENT ON DATABASE {0} IS NULL")]
    [InlineData("COMMENT ON DATABASE {0} IS 'rowhouse schema 00'")]
    [InlineData("COMMENT ON DATABASE {0} IS 'rowhouse schema 00'; REVOKE ALL ON DATABASE {0} FROM rowhouse_mover")]
    public async Task A_home_of_another_schema_is_behind_and_the_command_that_mends_it_is_named(string damage)
    {
        var report = await made.LookAsync(damage);

        report.Findings.Concat(report.Faults).ShouldBeEmpty();
        report.Behind.ShouldBe([made.Home]);
        report.SayBehind().ShouldNotBeNull().ShouldSatisfyAllConditions(said => said.ShouldContain(made.Home), said => said.ShouldContain("Run `rowhouse migrate` with ROWHOUSE_DATABASE_OWNER and ROWHOUSE_DATABASE_PROVISIONER"));
    }

    [Fact]
    public async Task What_is_wrong_with_homes_is_in_the_report_for_people()
    {
        var homes = await made.LookAsync("GRANT CONNECT ON DATABASE {0} TO PUBLIC; ALTER ROLE {0} NOLOGIN; COMMENT ON DATABASE {0} IS NULL");

        var said = new IsolationReport(4, 1, homes.Findings) { Homes = homes }.ToString();

        said.ShouldContain("every role of the server may CONNECT");
        said.ShouldContain("may not sign in");
        said.ShouldContain("another schema than this release");
        said.ShouldEndWith("1 finding: 4 tables of tenants, 1 shared one and 1 dedicated home looked at.");
    }

    [Theory]
    [InlineData("SELECT 1", null)]
    [InlineData("CREATE ROLE rowhouse_home_other LOGIN IN ROLE rowhouse_tenant; GRANT CONNECT ON DATABASE {0} TO rowhouse_home_other", "rowhouse_home_other may connect: a dedicated home has one login, which is called as it is.")]
    [InlineData("GRANT CONNECT ON DATABASE {0} TO rowhouse_app", "rowhouse_app may connect: a dedicated home has one login, which is called as it is.")]
    [InlineData("REVOKE CONNECT ON DATABASE {0} FROM {0}; GRANT CONNECT ON DATABASE {0} TO rowhouse_app", "rowhouse_app may connect: a dedicated home has one login, which is called as it is.")]
    [InlineData("ALTER DATABASE {0} OWNER TO rowhouse_owner", "it belongs to rowhouse_owner.")]
    public async Task A_home_that_is_looked_at_from_inside_lets_in_its_own_login_alone(string damage, string? says)
    {
        var findings = await made.LookInsideAsync(damage);

        findings.Where(finding => finding.Where == $"database {made.Home}").Select(finding => finding.What).ShouldBe(says is null ? [] : [says]);
        (says is null).ShouldBe(findings.Count == 0);
    }

    [Fact]
    public async Task A_home_that_is_removed_while_it_is_looked_at_was_sound()
    {
        var gone = RoleNames.Default.HomeOf(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));
        await made.MakeAsync(gone);
        await using var looking = await made.SeeAsync();

        await made.DropAsync(gone);

        (await made.LookAsync(looking, livesThere: false)).ShouldSatisfyAllConditions(
            report => report.Homes.ShouldBe(2),
            report => report.Findings.ShouldBeEmpty());
        (await made.LookInsideAsync(looking)).ShouldBeEmpty();
    }

    private static void IsSound(HomesReport report)
    {
        report.Homes.ShouldBe(1);
        report.Findings.Concat(report.Faults).ShouldBeEmpty();
        report.Behind.ShouldBeEmpty();
    }

    /// <summary>A home on a server of its own.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private readonly OwnServer server = new();
        private SqlMigrations migrations = null!; // the runner initialises it before any test
        private TenantModels models = null!; // and this
        private string provisioner = ""; // and this

        public string Home { get; } = RoleNames.Default.HomeOf(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));

        public async ValueTask InitializeAsync()
        {
            await server.InitializeAsync();
            var connections = await server.CreateDatabaseAsync();
            provisioner = new NpgsqlConnectionStringBuilder(connections.Provisioner) { Pooling = false }.ConnectionString;
            models = new TenantModels([new TenantContextType(typeof(NotesDb))], new ServiceCollection().BuildServiceProvider());
            migrations = new([new("notes", typeof(NotesDb).Assembly, IsControl: false)], models);
            await new HomeTemplate(migrations, models, connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);
            await MakeAsync(Home);
        }

        public async Task MakeAsync(string home)
        {
            await using var connection = new NpgsqlConnection(provisioner);
            await connection.OpenAsync(Cancelled);
            var maker = new HomeMaker(connection, RoleNames.Default, migrations);
            await maker.EnsureLoginAsync(home, "secret", Cancelled);
            await maker.EnsureDatabaseAsync(home, Cancelled);
        }

        public async Task DropAsync(string home)
        {
            await using var connection = new NpgsqlConnection(provisioner);
            await connection.OpenAsync(Cancelled);
            var maker = new HomeMaker(connection, RoleNames.Default, migrations);
            await maker.RemoveDatabaseAsync(home, Cancelled);
            await maker.RemoveLoginAsync(home, Cancelled);
        }

        /// <summary>A connection that goes on seeing the rows of catalogues as they are now.</summary>
        public async Task<NpgsqlConnection> SeeAsync()
        {
            var connection = new NpgsqlConnection(InHome);
            await connection.OpenAsync(Cancelled);
            await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, Cancelled);
            await connection.ScalarAsync<int>("SELECT count(*)::integer FROM pg_database", Cancelled);
            return connection;
        }

        public Task<HomesReport> LookAsync(NpgsqlConnection connection, bool livesThere) =>
            HomesCheck.RunAsync(connection, RoleNames.Default, migrations.StoreFingerprint, added: null, livesThere ? new HashSet<string> { Home } : new HashSet<string>(), Cancelled);

        /// <summary>What is found while the damage is there.</summary>
        public async Task<HomesReport> LookAsync(string damage, bool livesThere = true)
        {
            await using var connection = await PlantAsync(server.Admin, damage);
            return await LookAsync(connection, livesThere);
        }

        /// <summary>The same, looked at as a store is, in the home itself.</summary>
        public async Task<IReadOnlyList<IsolationFinding>> LookInsideAsync(string damage)
        {
            await using var connection = await PlantAsync(InHome, damage);
            return await LookInsideAsync(connection);
        }

        public async Task<IReadOnlyList<IsolationFinding>> LookInsideAsync(NpgsqlConnection connection) =>
            (await IsolationCheck.RunAsync(connection, RoleNames.Default, models.Tables, Cancelled)).Findings;

        private string InHome => new NpgsqlConnectionStringBuilder(server.Admin) { Database = Home, Pooling = false }.ConnectionString;

        // In a transaction that ends with the connection.
        private async Task<NpgsqlConnection> PlantAsync(string admin, string damage)
        {
            var connection = new NpgsqlConnection(admin);
            await connection.OpenAsync(Cancelled);
            await connection.BeginTransactionAsync(Cancelled);
            await using var planted = new NpgsqlCommand(string.Format(CultureInfo.InvariantCulture, damage, Home), connection);
            await planted.ExecuteNonQueryAsync(Cancelled);
            return connection;
        }

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
