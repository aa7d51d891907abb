using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Homes;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>Homes that cannot be made because of the database server: its template, the store.</summary>
public sealed class HomeOutageTests(ServerOnItsOwnPostgres server) : IClassFixture<ServerOnItsOwnPostgres>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("No Template", "ALTER DATABASE {0} IS_TEMPLATE false; ALTER DATABASE {0} RENAME TO {0}_aside")]
    [InlineData("Opened Template", "ALTER DATABASE {0} ALLOW_CONNECTIONS true")]
    public async Task Without_a_whole_template_a_tenant_fails_with_what_to_do_and_is_made_once_that_is_done(string name, string damage)
    {
        var template = await server.ScalarAsync<string>("SELECT datname::text FROM pg_database WHERE datname LIKE 'rowhouse\\_template\\_%' AND datistemplate");
        await server.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, damage, template));
        using var answer = await server.AskAsync(name);
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();

        var failed = await server.EndOfAsync(answer.Headers.Location);

        failed.Status.ShouldBe("failed");
        failed.Reason.ShouldBe($"The template {template}, from which dedicated homes of this release are made, is not on the server. Run `rowhouse migrate` with the settings of the owner and the provisioner. Then retry.");
        await ShouldHaveFailedAsync(begun, failed);

        await server.MigrateAsync();
        await ShouldBeMadeAsync(begun);
        await server.ExecuteAsync($"DROP DATABASE IF EXISTS {template}_aside");
    }

    [Fact]
    public async Task A_store_that_lets_nobody_in_fails_a_tenant_with_the_servers_words_and_it_is_made_when_the_store_is_back()
    {
        var store = new NpgsqlConnectionStringBuilder(server.Database.Application).Database;
        await server.ExecuteAsync($"ALTER DATABASE {store} ALLOW_CONNECTIONS false");
        await server.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{store}'");
        using var answer = await server.AskAsync("Closed Store");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();

        var failed = await server.EndOfAsync(answer.Headers.Location);

        failed.Status.ShouldBe("failed");
        failed.Reason.ShouldNotBeNull().ShouldContain($"database \"{store}\" is not currently accepting connections");
        await ShouldHaveFailedAsync(begun, failed);

        await server.ExecuteAsync($"ALTER DATABASE {store} ALLOW_CONNECTIONS true");
        await ShouldBeMadeAsync(begun);
    }

    public static TheoryData<string, string> Points()
    {
        var points = new TheoryData<string, string>();
        foreach (var (point, when) in CrashServer.PointsOf<Provision>().Skip(1))
        {
            points.Add(point, when);
        }

        return points;
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Where_PostgreSQL_itself_goes_away_in_a_step_the_operation_goes_on_when_it_is_back_and_makes_one_home(string point, string when)
    {
        await ControlHold.PlaceAsync(server.Control, when, $"Away {point}");
        using var answer = await server.AskAsync($"Away {point}");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        await ControlHold.UntilHeldAsync(server.Control);

        await server.WithoutPostgresAsync(async () =>
        {
            await Eventually.UntilAsync(async () => (await server.SuperAdmin.GetAsync(answer.Headers.Location, Cancelled)).StatusCode is HttpStatusCode.ServiceUnavailable, Cancelled);
            await Task.Delay(TimeSpan.FromSeconds(1), Cancelled); // in which the worker tries and fails
        });
        await ControlHold.ReleaseAsync(server.Control);

        await Eventually.UntilAsync(async () => (await server.SuperAdmin.GetAsync(answer.Headers.Location, Cancelled)).StatusCode is HttpStatusCode.OK, Cancelled);
        var operation = await server.EndOfAsync(answer.Headers.Location);
        (operation.Status, operation.Reason).ShouldBe(("succeeded", null));
        operation.Steps.ShouldAllBe(step => step.Status == "succeeded");
        (await RemainsAsync(begun.TableName)).ShouldBe(2); // a database and a login
        await ShouldWorkAsync(begun);
    }

    private async Task ShouldHaveFailedAsync(TenantResponse begun, OperationResponse failed)
    {
        var tenant = await server.TenantAsync(begun.Slug);
        (tenant.Status, tenant.ProvisioningStatus, tenant.ProvisioningError).ShouldBe(("failed", "failed", failed.Reason));
        (await RemainsAsync(begun.TableName)).ShouldBe(0);
    }

    private async Task ShouldBeMadeAsync(TenantResponse begun)
    {
        using var again = await server.SuperAdmin.PostAsync($"/api/tenants/{begun.Slug}/retry", content: null, Cancelled);
        again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await server.EndOfAsync(again.Headers.Location)).Status.ShouldBe("succeeded");
        await ShouldWorkAsync(begun);
    }

    private async Task ShouldWorkAsync(TenantResponse begun)
    {
        (await server.TenantAsync(begun.Slug)).Status.ShouldBe("active");

        // The row says so a moment before this server has heard of it.
        using var staff = server.Client(server.SuperAdmin.DefaultRequestHeaders.Authorization!.Parameter, begun.Slug);
        await Eventually.UntilAsync(async () => (await staff.GetAsync("/api/members", Cancelled)).StatusCode is HttpStatusCode.OK, Cancelled);
        await (await server.AddMemberAsync(begun.Slug, "admin")).Client.PostAsJsonAsync("/api/cardvault/cards", new { player = "Josh Gibson" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
    }

    private Task<long> RemainsAsync(string home) => server.ScalarAsync<long>("SELECT (SELECT count(*) FROM pg_database WHERE datname = $1) + (SELECT count(*) FROM pg_roles WHERE rolname = $1)", home);
}
