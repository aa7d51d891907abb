using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

public sealed class StoreTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Scripts_and_model_agree()
    {
        var scratch = await new PostgresFixture().CreateDatabaseAsync(withControl: true);
        var admin = new NpgsqlConnectionStringBuilder(scratch.ControlOwner) { Database = new NpgsqlConnectionStringBuilder(server.Database.Control).Database };

        var comparison = await SchemaComparison.RunOnControlAsync<PlatformDbContext>(server.Database with { ControlOwner = admin.ConnectionString }, scratch, TestContext.Current.CancellationToken);

        comparison.IsEqual.ShouldBeTrue(comparison.ToString());
    }

    [Fact]
    public async Task The_application_cannot_connect_to_the_control_database()
    {
        var control = new NpgsqlConnectionStringBuilder(server.Database.Control).Database;
        control.ShouldNotBe(new NpgsqlConnectionStringBuilder(server.Database.Application).Database);
        await using var application = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.Database.Application) { Database = control, Pooling = false }.ConnectionString);

        (await Should.ThrowAsync<PostgresException>(application.OpenAsync(TestContext.Current.CancellationToken))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task A_platform_that_could_remove_what_was_recorded_is_found()
    {
        var database = server.Services.GetRequiredService<PostgresDatabase>();
        (await database.VerifyIsolationAsync(TestContext.Current.CancellationToken)).IsSound.ShouldBeTrue();

        await RunAsOwnerAsync("GRANT DELETE ON platform.audit TO rowhouse_platform");
        IsolationReport report;
        try
        {
            report = await database.VerifyIsolationAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            await RunAsOwnerAsync("REVOKE DELETE ON platform.audit FROM rowhouse_platform"); // the other tests have this database too
        }

        var finding = report.Findings.ShouldHaveSingleItem();
        finding.Where.ShouldBe("platform.audit");
        finding.What.ShouldContain("it has [grant on platform.audit DELETE to rowhouse_platform]");
    }

    [Theory]
    [InlineData("GET", "LOCK TABLE platform.tenants")]
    [InlineData("POST", "LOCK TABLE platform.tenants IN SHARE MODE")]
    public async Task A_request_whose_session_the_database_ends_is_told_to_come_again(string method, string lockTable)
    {
        await using var owner = new NpgsqlConnection(server.Database.ControlOwner);
        await owner.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await owner.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = new NpgsqlCommand(lockTable, owner);
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var content = method == "POST" ? JsonContent.Create(new { name = "Never Made" }) : null;
        var waiting = server.SuperAdmin.SendAsync(new(new(method), "/api/tenants") { Content = content }, TestContext.Current.CancellationToken);

        await using var platform = new NpgsqlConnection(server.Database.Control);
        await platform.OpenAsync(TestContext.Current.CancellationToken);
        await using var end = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND wait_event_type = 'Lock'", platform);
        for (var attempt = 0; attempt < 1_000 && !waiting.IsCompleted; attempt++)
        {
            await end.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        waiting.IsCompleted.ShouldBeTrue();
        await waiting.ProblemAsync(HttpStatusCode.ServiceUnavailable, "urn:rowhouse:server:store-unavailable");
    }

    [Fact]
    public async Task Every_tenant_has_a_home_and_one_whose_name_is_taken_leaves_none()
    {
        var tenant = await server.CreateTenantAsync("Householder");
        (await CountAsync($"WHERE tenant_id = '{tenant.Id}' AND generation = 1 AND state = 'open'")).ShouldBe(1);
        var before = await CountAsync("");

        var tries = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = "Crowded", slug = "crowded" }, TestContext.Current.CancellationToken)));

        tries.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        tries.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).ShouldBe(5);
        (await CountAsync("")).ShouldBe(before + 1);
    }

    private async Task RunAsOwnerAsync(string sql)
    {
        await using var owner = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.Database.ControlOwner) { Pooling = false }.ConnectionString);
        await using var command = owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<long> CountAsync(string where)
    {
        await using var store = NpgsqlDataSource.Create(server.Database.Platform);
        await using var count = store.CreateCommand($"SELECT count(*) FROM tenancy.homes {where}");
        return (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull();
    }
}

/// <summary>A server whose store takes no homes.</summary>
public sealed class ServerWithoutHomes(ServerWithoutHomes.Fixture server) : IClassFixture<ServerWithoutHomes.Fixture>
{
    [Fact]
    public async Task A_tenant_whose_home_cannot_be_opened_does_not_come_to_be()
    {
        using var refused = await server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = "Homeless", slug = "homeless" }, TestContext.Current.CancellationToken);
        ((int)refused.StatusCode).ShouldBeGreaterThanOrEqualTo(500);

        (await server.SuperAdmin.GetAsync(new Uri("/api/tenants/homeless", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await server.TakeHomesAsync();
        (await server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = "Homeless", slug = "homeless" }, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    public sealed class Fixture : ServerFixture
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await RunAsync("CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no room''; END'; CREATE TRIGGER no BEFORE INSERT ON tenancy.homes EXECUTE FUNCTION public.no()");
        }

        public Task TakeHomesAsync() => RunAsync("DROP TRIGGER no ON tenancy.homes");

        private async Task RunAsync(string sql)
        {
            await using var store = NpgsqlDataSource.Create(await new PostgresFixture().SuperuserAsync(Database.Application));
            await using var command = store.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }
}
