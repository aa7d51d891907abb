using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Placements;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes.Pool;

/// <summary>Private tenants that get a home which was made ahead.</summary>
public sealed class HomePoolTests(PooledServer server) : IClassFixture<PooledServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_private_tenant_gets_the_home_that_was_made_first_and_another_takes_its_place()
    {
        var ready = await server.UntilFullAsync();

        using var answer = await server.AskAsync("From The Pool");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        begun.TableName.ShouldBe(ready[0]);
        var operation = await server.EndOfAsync(answer.Headers.Location);
        operation.Status.ShouldBe("succeeded");
        operation.Steps.Select(step => (step.Name, step.Status)).ShouldBe([("login", "succeeded"), ("database", "succeeded"), ("home", "succeeded"), ("reference-data", "succeeded")]);
        (await server.DoneAsync(begun)).ShouldBe(["home"]);
        (await server.UntilFullAsync()).ShouldNotContain(begun.TableName);
        (await HomeWork.RemainsAsync(begun.TableName)).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_tenant_works_in_such_a_home_by_its_own_login_and_enters_no_other()
    {
        await server.UntilFullAsync();
        var tenant = await server.CreateTenantAsync("Works There", "cardvault");
        var other = (await server.UntilFullAsync())[0];

        (await tenant.Admin.Client.PostAsJsonAsync("/api/cardvault/cards", new { player = "Somebody" }, Cancelled)).StatusCode.ShouldBe(HttpStatusCode.Created);

        (await HomeWork.ScalarAsync<long>(await server.LoginAsync(tenant.Tenant), "SELECT count(*) FROM tenancy.homes")).ShouldBe(0); // no tenant is bound
        foreach (var login in new[] { await server.LoginAsync(tenant.Tenant, other), new NpgsqlConnectionStringBuilder(server.Database.Application) { Database = other, Pooling = false }.ConnectionString })
        {
            (await Should.ThrowAsync<PostgresException>(() => HomeWork.ScalarAsync<int>(login, "SELECT 1"))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        }
    }

    [Fact]
    public async Task Of_many_that_ask_at_once_each_gets_a_home_of_its_own()
    {
        var ready = await server.UntilFullAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => server.AskAsync($"At Once {number}", prefer: "wait=60")));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Created);
        var tenants = await Task.WhenAll(answers.Select(answer => answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)));
        tenants.Select(tenant => tenant!.TableName).Distinct().Count().ShouldBe(6);
        ready.Except(tenants.Select(tenant => tenant!.TableName)).ShouldBeEmpty();
        foreach (var tenant in tenants)
        {
            (await HomeWork.RemainsAsync(tenant!.TableName)).ShouldBe((1, 1));
        }
    }

    [Fact]
    public async Task A_request_that_comes_to_nothing_gives_its_home_back()
    {
        var ready = await server.UntilFullAsync();
        await using var held = await PooledServer.HoldAsync();
        await HomeWork.ExecuteAsync(await server.ControlAsync(), """
            CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused'' USING ERRCODE = ''57P03''; END';
            CREATE TRIGGER refuse BEFORE INSERT ON platform.operations FOR EACH ROW EXECUTE FUNCTION public.refuse();
            """);
        try
        {
            using var refused = await server.AskAsync("Comes To Nothing");
            ((int)refused.StatusCode).ShouldBeGreaterThanOrEqualTo(500); // a database that cannot just now
        }
        finally
        {
            await HomeWork.ExecuteAsync(await server.ControlAsync(), "DROP FUNCTION public.refuse() CASCADE");
        }

        (await server.ReadyAsync()).ShouldBe(ready);
        using var answer = await server.AskAsync("Comes To Something", prefer: "wait=60");
        (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull().TableName.ShouldBe(ready[0]);
    }

    [Theory]
    [InlineData("Not There", "DROP DATABASE {0}")]
    [InlineData("Of Another Release", "COMMENT ON DATABASE {0} IS 'rowhouse schema 00'")]
    [InlineData("Lets Nobody In", "ALTER DATABASE {0} ALLOW_CONNECTIONS false")]
    public async Task A_home_that_is_not_whole_any_more_is_made_for_whoever_gets_it(string name, string damage)
    {
        var ready = await server.UntilFullAsync();
        await using var held = await PooledServer.HoldAsync();
        await HomeWork.ExecuteAsync(await server.ControlAsync(), "UPDATE platform.pooled_homes SET is_ready = false WHERE store = 'dedicated'"); // connections to them are closed
        var admin = await new PostgresFixture().AdminAsync();
        await Eventually.UntilAsync(async () => await HomeWork.ScalarAsync<long>(admin, "SELECT count(*) FROM pg_stat_activity WHERE datname = $1", ready[0]) == 0, Cancelled);
        await HomeWork.ExecuteAsync(admin, string.Format(CultureInfo.InvariantCulture, damage, ready[0]));
        await HomeWork.ExecuteAsync(await server.ControlAsync(), $"UPDATE platform.pooled_homes SET is_ready = true WHERE name = '{ready[0]}'");

        var tenant = await server.CreateTenantAsync(name, "cardvault");

        tenant.Tenant.TableName.ShouldBe(ready[0]);
        (await HomeWork.RemainsAsync(ready[0])).ShouldBe((1, 1));
        (await tenant.Admin.Client.GetAsync("/api/cardvault/cards", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await SameReferenceDataAsync(ready[0]);
    }

    [Fact]
    public async Task What_all_tenants_read_is_the_present_state_also_where_it_changed_after_the_home_was_made()
    {
        var ready = await server.UntilFullAsync();
        await using (await PooledServer.HoldAsync())
        {
            await ChangeCatalogueAsync();
            (await ReleasesAsync(ready[0])).ShouldNotBe(await ReleasesAsync());

            var tenant = await server.CreateTenantAsync("Reads The News", "cardvault");

            tenant.Tenant.TableName.ShouldBe(ready[0]);
            await SameReferenceDataAsync(ready[0]);
        }
    }

    [Fact]
    public async Task The_homes_in_the_pool_follow_what_all_tenants_read()
    {
        await server.UntilFullAsync();

        await ChangeCatalogueAsync();

        var version = await server.Services.GetRequiredService<ReferenceData>().FindVersionAsync(Cancelled);
        await Eventually.UntilAsync(
            async () => await HomeWork.ScalarAsync<long>(await server.ControlAsync(), "SELECT count(*) FROM platform.pooled_homes WHERE is_ready AND reference_version = $1", version!) == PooledServer.Size, Cancelled);
        foreach (var home in await server.ReadyAsync())
        {
            await SameReferenceDataAsync(home);
        }
    }

    [Fact]
    public async Task A_tenant_that_is_cancelled_leaves_nothing_and_gets_a_whole_home_when_it_is_tried_again()
    {
        var ready = await server.UntilFullAsync();
        await using var held = await PooledServer.HoldAsync();
        await ChangeCatalogueAsync(); // so that the last step copies
        await using var reading = await server.HoldReferenceDataAsync();
        using var answer = await server.AskAsync("Thinks Again");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        begun.TableName.ShouldBe(ready[0]);
        await Eventually.UntilAsync(async () => (await server.SuperAdmin.GetAsync(answer.Headers.Location, Cancelled).ReadAsync<OperationResponse>()).Step == "reference-data", Cancelled);
        using var cancelled = await server.SuperAdmin.PostAsync($"{answer.Headers.Location}/cancel", content: null, Cancelled);
        cancelled.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await reading.DisposeAsync();
        (await server.EndOfAsync(answer.Headers.Location)).Status.ShouldBe("cancelled");
        (await HomeWork.RemainsAsync(begun.TableName)).ShouldBe((0, 0));

        using var again = await server.SuperAdmin.PostAsync($"/api/tenants/{begun.Slug}/retry", content: null, Cancelled);

        (await server.EndOfAsync(again.Headers.Location)).Status.ShouldBe("succeeded");
        (await server.DoneAsync(begun)).TakeLast(4).ShouldBe(["login", "database", "home", "reference-data"]);
        await SameReferenceDataAsync(begun.TableName);
    }

    [Fact]
    public async Task The_store_says_how_many_homes_are_ready()
    {
        await server.UntilFullAsync();

        (await server.SuperAdmin.GetAsync("/api/stores/dedicated", Cancelled).ReadAsync<StoreResponse>()).PooledHomes.ShouldBe(PooledServer.Size);
        (await server.SuperAdmin.GetAsync("/api/stores/shared", Cancelled).ReadAsync<StoreResponse>()).PooledHomes.ShouldBe(0);
    }

    [Fact]
    public async Task Homes_are_made_ahead_in_each_store_and_go_when_it_is_closed_or_removed()
    {
        await server.AddOtherAsync();
        var ready = await server.UntilFullAsync("other");
        foreach (var home in ready)
        {
            (await StoreServerFixture.HasAsync(server.Other.Administrator, home)).ShouldBeTrue();
        }

        using (var closed = await server.SuperAdmin.PatchAsJsonAsync("/api/stores/other", new { open = false }, Cancelled))
        {
            closed.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await Eventually.UntilAsync(async () => await server.CountAsync("other") == 0, Cancelled);
        await NothingLeftAsync(ready);
        using (var opened = await server.SuperAdmin.PatchAsJsonAsync("/api/stores/other", new { open = true }, Cancelled))
        {
            opened.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        ready = await server.UntilFullAsync("other");

        (await server.SuperAdmin.DeleteAsync("/api/stores/other", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await server.CountAsync("other")).ShouldBe(0);
        await NothingLeftAsync(ready);
    }

    [Fact]
    public async Task A_store_whose_server_is_gone_can_be_removed_and_what_it_left_is_named()
    {
        await server.AddOtherAsync();
        var ready = await server.UntilFullAsync("other");

        await server.Other.WithoutAsync(async () => (await server.SuperAdmin.DeleteAsync("/api/stores/other", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.NoContent));

        (await server.CountAsync("other")).ShouldBe(0);
        (await HomeWork.ScalarAsync<string>(await server.ControlAsync(), "SELECT details::text FROM platform.audit WHERE action = 'store.removed' ORDER BY at DESC LIMIT 1")).ShouldSatisfyAllConditions([.. ready.Select(home => (Action<string>)(details => details.ShouldContain(home)))]);
        foreach (var home in ready)
        {
            await HomeWork.ExecuteAsync(server.Other.Administrator, $"DROP DATABASE {home}");
            await HomeWork.ExecuteAsync(server.Other.Administrator, $"DROP ROLE {home}");
        }
    }

    [Fact]
    public async Task A_store_in_which_homes_are_being_made_or_somebody_is_connected_to_one_is_removed_later()
    {
        await server.AddOtherAsync();
        var ready = await server.UntilFullAsync("other");
        var inside = new NpgsqlConnectionStringBuilder(server.Other.Administrator) { Database = ready[1], Pooling = false }.ConnectionString;
        await using (var operatorsOwn = new NpgsqlConnection(inside))
        {
            await operatorsOwn.OpenAsync(Cancelled);
            using var refused = await server.SuperAdmin.DeleteAsync("/api/stores/other", Cancelled);
            refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        }

        await Eventually.UntilAsync(async () => (await server.SuperAdmin.DeleteAsync("/api/stores/other", Cancelled)).StatusCode == HttpStatusCode.NoContent, Cancelled);
        await NothingLeftAsync(ready);
    }

    private async Task NothingLeftAsync(string[] homes)
    {
        (await HomeWork.ScalarAsync<long>(server.Other.Administrator, "SELECT count(*) FROM pg_database WHERE datname = ANY (string_to_array($1, ','))", string.Join(',', homes))).ShouldBe(0);
        (await HomeWork.ScalarAsync<long>(server.Other.Administrator, "SELECT count(*) FROM pg_roles WHERE rolname = ANY (string_to_array($1, ','))", string.Join(',', homes))).ShouldBe(0);
    }

    private async Task ChangeCatalogueAsync() => await HomeWork.ExecuteAsync(
        await new PostgresFixture().SuperuserAsync(server.Database.Application), "INSERT INTO catalogue.releases (id, sport, year, name, manufacturer, card_count) VALUES (gen_random_uuid(), 'Baseball', 1952, 'Release ' || gen_random_uuid(), 'Somebody', 0)");

    private async Task<long> ReleasesAsync(string? home = null) => await HomeWork.ScalarAsync<long>(await InAsync(home), "SELECT count(*) FROM catalogue.releases");

    private async Task SameReferenceDataAsync(string home)
    {
        const string all = "SELECT md5(coalesce(string_agg(r::text, ',' ORDER BY r.id), '')) FROM catalogue.releases r";
        (await HomeWork.ScalarAsync<string>(await InAsync(home), all)).ShouldBe(await HomeWork.ScalarAsync<string>(await InAsync(home: null), all));
    }

    private async Task<string> InAsync(string? home)
    {
        var store = new NpgsqlConnectionStringBuilder(await new PostgresFixture().SuperuserAsync(server.Database.Application)) { Pooling = false };
        store.Database = home ?? store.Database;
        return store.ConnectionString;
    }
}
