using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>Tenants that live in a database of their own.</summary>
public sealed class PrivateTenantTests(PrivateTenantTests.Fixture server) : IClassFixture<PrivateTenantTests.Fixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_private_tenant_is_made_by_an_operation_and_then_active_in_a_database_of_its_own()
    {
        using var answer = await server.AskAsync("Own Walls");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        (begun.Status, begun.CloudType, begun.ProvisioningStatus).ShouldBe(("creating", "private", "creating"));
        begun.Placement.ShouldBe(new("dedicated", "dedicated", begun.TableName, 1));
        begun.TableName.ShouldStartWith("rowhouse_home_");

        var operation = await server.EndOfAsync(answer.Headers.Location);
        (operation.Kind, operation.Status, operation.Reason).ShouldBe(("provision", "succeeded", null));
        operation.Steps.ShouldAllBe(step => step.Status == "succeeded");
        (await server.TenantAsync(begun.Slug)).Status.ShouldBe("active");
        (await HomeWork.RemainsAsync(begun.TableName)).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Who_would_rather_wait_is_answered_when_the_tenant_is_active()
    {
        using var answer = await server.AskAsync("Patient", prefer: "respond-async, wait=30");

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        answer.Headers.GetValues("Preference-Applied").ShouldBe(["wait"]);
        var tenant = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        tenant.Status.ShouldBe("active");
        answer.Headers.Location.ShouldBe(new Uri($"/api/tenants/{tenant.Id}", UriKind.Relative));
        answer.Headers.ETag!.Tag.ShouldBe($"\"{tenant.Version}\"");
    }

    [Fact]
    public async Task Who_has_waited_long_enough_is_answered_as_the_tenant_is_by_then()
    {
        await using var held = await server.HoldReferenceDataAsync();
        var began = TimeProvider.System.GetTimestamp();

        using var answer = await server.AskAsync("Out Of Patience", prefer: "wait=1");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        TimeProvider.System.GetElapsedTime(began).ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        answer.Headers.Contains("Preference-Applied").ShouldBeFalse();
        (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull().Status.ShouldBe("creating");
        (await server.SuperAdmin.GetAsync(answer.Headers.Location, Cancelled).ReadAsync<OperationResponse>()).Status.ShouldBe("running");
        await held.DisposeAsync();
        (await server.EndOfAsync(answer.Headers.Location)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_home_that_lets_its_tenant_in_no_more_or_is_not_there_is_a_fault()
    {
        var tenant = await server.CreateTenantAsync("Locked Out", "cardvault");
        var (admin, home) = (await new PostgresFixture().AdminAsync(), tenant.Tenant.TableName);
        var database = server.Services.GetRequiredService<PostgresDatabase>();
        (await database.Homes.VerifyHomesAsync(Cancelled)).Faults.ShouldNotContain(fault => fault.Where == $"database {home}");

        await HomeWork.ExecuteAsync(admin, $"ALTER DATABASE {home} ALLOW_CONNECTIONS false");
        (await database.VerifyIsolationAsync(Cancelled)).Homes.ShouldNotBeNull().Faults.ShouldContain(fault => fault.Where == $"database {home}" && fault.What.Contains("lets nobody in", StringComparison.Ordinal));

        await HomeWork.ExecuteAsync(admin, $"ALTER DATABASE {home} RENAME TO {home}_aside");
        (await database.Homes.VerifyHomesAsync(Cancelled)).Faults.ShouldContain(fault => fault.Where == $"database {home}" && fault.What.Contains("no such database", StringComparison.Ordinal));

        await HomeWork.ExecuteAsync(admin, $"ALTER DATABASE {home}_aside RENAME TO {home}; ALTER DATABASE {home} ALLOW_CONNECTIONS true");
        await tenant.Admin.Client.GetAsync("/api/cardvault/cards", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("wait=soon", "First")]
    [InlineData("wait=-1", "Second")]
    [InlineData("return=minimal", "Third")]
    public async Task A_preference_that_means_nothing_here_is_not_met(string prefer, string name)
    {
        using var answer = await server.AskAsync($"Impatient {name}", prefer);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await server.EndOfAsync(answer.Headers.Location);
    }

    [Fact]
    public async Task The_same_key_makes_one_tenant_and_one_home()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => server.AskAsync("Only One", key: "only-one")));
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Accepted || answer.StatusCode == HttpStatusCode.Conflict);
        using var again = await server.AskAsync("Only One", key: "only-one");

        var first = answers.First(answer => answer.StatusCode == HttpStatusCode.Accepted);
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        again.Headers.Location.ShouldBe(first.Headers.Location);
        (await server.EndOfAsync(first.Headers.Location)).Status.ShouldBe("succeeded");
        var tenant = (await again.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        (await HomeWork.ScalarAsync<long>(server.Database.Control!, "SELECT count(*) FROM platform.homes WHERE tenant_id = $1::uuid", tenant.Id.ToString())).ShouldBe(1);
    }

    [Fact]
    public async Task What_a_product_keeps_lies_in_the_tenants_home_and_nowhere_else()
    {
        var tenant = await server.CreateTenantAsync("Keeper", "cardvault");
        var other = await server.CreateTenantAsync("Other Keeper", "cardvault");

        var card = await tenant.Admin.Client.PostAsJsonAsync("/api/cardvault/cards", new { player = "Roberto Clemente" }, Cancelled).ReadAsync<CardResponse>(HttpStatusCode.Created);

        (await tenant.Admin.Client.GetAsync("/api/cardvault/cards", Cancelled).ReadAsync<Page<CardResponse>>()).Items.Single().Id.ShouldBe(card.Id);
        await other.Admin.Client.GetAsync($"/api/cardvault/cards/{card.Id}", Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
        (await CardsAsync(tenant.Tenant.TableName)).ShouldBe(1);
        (await CardsAsync(other.Tenant.TableName)).ShouldBe(0);
        (await CardsAsync(new NpgsqlConnectionStringBuilder(server.Database.Application).Database!)).ShouldBe(0);
    }

    [Fact]
    public async Task The_login_of_a_home_enters_no_other_database()
    {
        var tenant = await server.CreateTenantAsync("Stays In", "cardvault");
        var other = await server.CreateTenantAsync("Stays Out", "cardvault");
        var names = new[] { server.Database.Application, server.Database.Control }.Select(connection => new NpgsqlConnectionStringBuilder(connection).Database!).Append(other.Tenant.TableName);

        (await HomeWork.ScalarAsync<string>(await server.LoginAsync(tenant.Tenant), "SELECT current_user::text")).ShouldBe(tenant.Tenant.TableName);
        foreach (var database in names)
        {
            var connection = await server.LoginAsync(tenant.Tenant, database);
            (await Should.ThrowAsync<PostgresException>(() => HomeWork.ScalarAsync<int>(connection, "SELECT 1"))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        }

        foreach (var login in new[] { server.Database.Application, await server.LoginAsync(other.Tenant) })
        {
            var connection = new NpgsqlConnectionStringBuilder(login) { Database = tenant.Tenant.TableName }.ConnectionString;
            (await Should.ThrowAsync<PostgresException>(() => HomeWork.ScalarAsync<int>(connection, "SELECT 1"))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        }
    }

    [Fact]
    public async Task The_login_of_a_home_sees_nothing_without_its_tenant_and_owns_nothing()
    {
        var tenant = await server.CreateTenantAsync("Bound", "cardvault");
        await tenant.Admin.Client.PostAsJsonAsync("/api/cardvault/cards", new { player = "Hank Aaron" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        var login = await server.LoginAsync(tenant.Tenant);

        (await HomeWork.ScalarAsync<long>(login, "SELECT count(*) FROM cardvault.cards")).ShouldBe(0);
        (await HomeWork.ScalarAsync<long>(login, "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")).ShouldBe(0);
        foreach (var sql in new[]
        {
            "TRUNCATE cardvault.cards", "DROP TABLE cardvault.cards", "ALTER TABLE cardvault.cards NO FORCE ROW LEVEL SECURITY", "CREATE TABLE public.mine (a int)", "CREATE TEMPORARY TABLE mine (a int)",
            "SET ROLE rowhouse_owner", "SET SESSION AUTHORIZATION rowhouse_owner", "CREATE ROLE more LOGIN", "UPDATE tenancy.homes SET state = 'closed'",
        })
        {
            await Should.ThrowAsync<PostgresException>(() => HomeWork.ExecuteAsync(login, sql), sql);
        }
    }

    [Fact]
    public async Task A_home_is_opened_for_one_tenant_alone()
    {
        var tenant = await server.CreateTenantAsync("First In");
        var other = await server.CreateTenantAsync("Second In");
        var home = new Placement(PlacementKind.Dedicated, Placement.DedicatedStore, tenant.Tenant.TableName, 1);
        var homes = server.Services.GetRequiredService<TenantHomes>();

        (await homes.OpenAsync(new TenantId(tenant.Id), home, Cancelled)).IsOpen.ShouldBeTrue();
        (await homes.OpenAsync(new TenantId(other.Id), home, Cancelled)).ShouldSatisfyAllConditions(found => found.IsOpen.ShouldBeFalse(), found => found.IsAnothers.ShouldBeTrue());
        (await homes.OpenAsync(new TenantId(tenant.Id), home with { Generation = 2 }, Cancelled)).ShouldSatisfyAllConditions(found => found.IsOpen.ShouldBeFalse(), found => found.IsAnothers.ShouldBeFalse());
        (await homes.OpenAsync(new TenantId(tenant.Id), home with { Database = $"{home.Database}0" }, Cancelled)).IsOpen.ShouldBeFalse();
        (await homes.IsAnothersAsync(new TenantId(tenant.Id), home, Cancelled), await homes.IsAnothersAsync(new TenantId(other.Id), home, Cancelled), await homes.IsAnothersAsync(tenant: null, home, Cancelled)).ShouldBe((false, true, true));

        (await HomeWork.ScalarAsync<long>(new NpgsqlConnectionStringBuilder(server.Database.Platform) { Database = tenant.Tenant.TableName }.ConnectionString, "SELECT count(*) FROM tenancy.homes")).ShouldBe(1);
    }

    [Fact]
    public async Task Until_its_home_is_there_a_tenant_answers_that_it_is_being_made()
    {
        await using var held = await server.HoldReferenceDataAsync();
        using var answer = await server.AskAsync("Under Construction");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/cardvault/cards") { Headers = { { "X-Tenant-Id", begun.Slug } } };

        using var early = await server.SuperAdmin.SendAsync(request, Cancelled);

        early.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        early.Headers.RetryAfter.ShouldNotBeNull();
        await held.DisposeAsync();
        (await server.EndOfAsync(answer.Headers.Location)).Status.ShouldBe("succeeded");
    }

    private async Task<long> CardsAsync(string database) =>
        await HomeWork.ScalarAsync<long>(new NpgsqlConnectionStringBuilder(await new PostgresFixture().AdminAsync()) { Database = database }.ConnectionString, "SELECT count(*) FROM cardvault.cards");

    /// <summary>A server whose tenants have homes of their own.</summary>
    public sealed class Fixture : ServerFixture
    {
        protected override string CloudType => "private";
    }
}
