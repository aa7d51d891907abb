using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Server;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>Homes that cannot be made: nothing is left of them, people are told why, and it can be tried again.</summary>
public sealed class HomeFailureTests(HomeFailureTests.Fixture server) : IClassFixture<HomeFailureTests.Fixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_fails_leaves_nothing_says_why_and_is_made_when_it_is_tried_again()
    {
        await server.ExecuteAsync("REVOKE SELECT ON catalogue.cards FROM rowhouse_platform");
        using var answer = await server.AskAsync("Second Time Lucky");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();

        var failed = await server.EndOfAsync(answer.Headers.Location);

        failed.Status.ShouldBe("failed");
        failed.Reason.ShouldNotBeNull().ShouldContain("permission denied");
        failed.Steps.Select(step => step.Status).ShouldBe(["undone", "undone", "undone", "undone"]);
        var tenant = await server.TenantAsync(begun.Slug);
        (tenant.Status, tenant.ProvisioningStatus, tenant.ProvisioningError).ShouldBe(("failed", "failed", failed.Reason));
        (await HomeWork.RemainsAsync(begun.TableName)).ShouldBe((0, 0));

        await server.ExecuteAsync("GRANT SELECT ON catalogue.cards TO rowhouse_platform");
        using var again = await server.SuperAdmin.PostAsync($"/api/tenants/{begun.Slug}/retry", content: null, Cancelled);

        again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        again.Headers.Location.ShouldBe(answer.Headers.Location);
        (await server.EndOfAsync(again.Headers.Location)).Status.ShouldBe("succeeded");
        tenant = await server.TenantAsync(begun.Slug);
        (tenant.Status, tenant.ProvisioningError, tenant.TableName).ShouldBe(("active", null, begun.TableName));
        (await HomeWork.RemainsAsync(begun.TableName)).ShouldBe((1, 1));
        await server.SuperAdmin.PostAsync($"/api/tenants/{begun.Slug}/retry", content: null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
    }

    [Fact]
    public async Task What_bears_the_name_of_a_home_and_is_somebody_elses_is_left_alone()
    {
        await using var held = await server.HoldReferenceDataAsync();
        using var answer = await server.AskAsync("Squatted");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        var admin = await new PostgresFixture().AdminAsync();
        await Eventually.UntilAsync(async () => (await server.SuperAdmin.GetAsync(answer.Headers.Location, Cancelled).ReadAsync<OperationResponse>()).Step == "reference-data", Cancelled);

        // Closed, since one that is open in somebody else's hands ends the start of every server of the installation.
        await HomeWork.ExecuteAsync(admin, $"ALTER DATABASE {begun.TableName} ALLOW_CONNECTIONS false; ALTER DATABASE {begun.TableName} OWNER TO postgres");

        await server.SuperAdmin.PostAsync($"{answer.Headers.Location}/cancel", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);
        await held.DisposeAsync();

        var stuck = await server.EndOfAsync(answer.Headers.Location);
        stuck.Status.ShouldBe("stuck");
        stuck.Reason.ShouldNotBeNull().ShouldContain("must be owner");
        (await HomeWork.RemainsAsync(begun.TableName)).ShouldBe((1, 1));

        await HomeWork.ExecuteAsync(admin, $"ALTER DATABASE {begun.TableName} OWNER TO rowhouse_provisioner");
        using var again = await server.SuperAdmin.PostAsync($"/api/tenants/{begun.Slug}/retry", content: null, Cancelled);
        (await server.EndOfAsync(again.Headers.Location)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task One_that_was_cancelled_leaves_nothing_and_is_made_by_another_operation()
    {
        await using var held = await server.HoldReferenceDataAsync();
        using var answer = await server.AskAsync("On Second Thought");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        await server.SuperAdmin.PostAsync($"/api/tenants/{begun.Slug}/retry", content: null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
        await server.SuperAdmin.PostAsync($"{answer.Headers.Location}/cancel", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);
        await held.DisposeAsync();
        (await server.EndOfAsync(answer.Headers.Location)).Status.ShouldBe("cancelled");
        (await server.TenantAsync(begun.Slug)).ProvisioningError.ShouldBe("It was cancelled.");
        (await HomeWork.RemainsAsync(begun.TableName)).ShouldBe((0, 0));

        var again = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.SuperAdmin.PostAsync($"/api/tenants/{begun.Slug}/retry", content: null, Cancelled)));

        var begunAgain = again.Single(response => response.StatusCode == HttpStatusCode.Accepted);
        again.Where(response => response != begunAgain).ShouldAllBe(response => response.StatusCode == HttpStatusCode.Conflict || response.StatusCode == HttpStatusCode.PreconditionFailed);
        begunAgain.Headers.Location.ShouldNotBe(answer.Headers.Location);
        (await server.EndOfAsync(begunAgain.Headers.Location)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task One_that_failed_is_deleted_at_once_and_leaves_its_name_to_others()
    {
        await using var held = await server.HoldReferenceDataAsync();
        using var answer = await server.AskAsync("Never Was");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        await server.SuperAdmin.DeleteAsync($"/api/tenants/{begun.Slug}?confirm={begun.Slug}", Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
        await server.SuperAdmin.PostAsync($"{answer.Headers.Location}/cancel", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);
        await held.DisposeAsync();
        await server.EndOfAsync(answer.Headers.Location);

        await server.SuperAdmin.DeleteAsync($"/api/tenants/{begun.Slug}?confirm={begun.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        await Eventually.UntilAsync(async () => (await server.TenantAsync(begun.Id.ToString())).Status == "purged", Cancelled);
        (await HomeWork.RemainsAsync(begun.TableName)).ShouldBe((0, 0));
        (await HomeWork.ScalarAsync<long>(server.Database.Control!, "SELECT count(*) FROM platform.homes WHERE tenant_id = $1::uuid", begun.Id.ToString())).ShouldBe(0);
        await server.SuperAdmin.PostAsync($"{answer.Headers.Location}/retry", content: null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
        (await server.CreateTenantAsync("Never Was")).Slug.ShouldBe(begun.Slug);
    }

    [Fact]
    public async Task A_server_without_a_provisioner_makes_no_private_tenants()
    {
        await using var plain = new WithoutProvisioner();
        await plain.InitializeAsync();

        await plain.AskAsync("Nowhere").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:homes:provisioning-disabled");

        await plain.SuperAdmin.GetAsync("/api/tenants/nowhere", Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_provisioner_who_is_somebody_else_ends_the_start()
    {
        await using var wrong = new WrongProvisioner();

        var refused = await Should.ThrowAsync<IsolationException>(async () => await wrong.InitializeAsync());

        refused.Message.ShouldContain("ROWHOUSE_DATABASE_PROVISIONER: it works as postgres, not as rowhouse_provisioner");
    }

    public sealed class Fixture : ServerFixture
    {
        public async Task ExecuteAsync(string sql) => await HomeWork.ExecuteAsync(await new PostgresFixture().SuperuserAsync(Database.Application), sql);
    }

    private sealed class WithoutProvisioner : ServerFixture
    {
        protected override ServerSettings Configure(ServerSettings settings) => settings with { Database = settings.Database! with { Provisioner = null } };
    }

    private sealed class WrongProvisioner : ServerFixture
    {
        // The server that migrates the template has the owner's connection, and keeps the right one.
        protected override ServerSettings Configure(ServerSettings settings) =>
            settings with { Database = settings.Database! with { Provisioner = settings.Database.Owner is null ? new PostgresFixture().AdminAsync().GetAwaiter().GetResult() : settings.Database.Provisioner } };
    }
}
