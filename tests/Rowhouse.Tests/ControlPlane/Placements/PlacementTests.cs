using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts;
using Rowhouse.Server;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Placements;

/// <summary>Where new tenants come to live, and how they live there.</summary>
public sealed class PlacementTests(StoreServerFixture server) : IClassFixture<StoreServerFixture>, IAsyncLifetime
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    // Each test begins with both stores open, without a limit.
    public async ValueTask InitializeAsync()
    {
        await server.AddOtherAsync();
        await ChangeAsync("other", new { open = true, capacity = (int?)null, region = "eu-north" });
        await ChangeAsync("dedicated", new { open = true, capacity = (int?)null, region = (string?)null });
        await server.SuperAdmin.DeleteAsync("/api/parameters?path=/platform/postgres/default-dedicated-store", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_tenant_lives_in_the_store_that_was_asked_for_and_nowhere_else()
    {
        var answer = server.PlaceAsync(store: "other");

        var tenant = await answer.ReadAsync<TenantResponse>(HttpStatusCode.Created);
        (tenant.Status, tenant.Placement.Kind, tenant.Placement.Store).ShouldBe(("active", "dedicated", "other"));
        (await StoreServerFixture.HasAsync(server.Other.Administrator, tenant.TableName)).ShouldBeTrue();
        (await StoreServerFixture.HasAsync(await new PostgresFixture().AdminAsync(), tenant.TableName)).ShouldBeFalse();

        var admin = await server.AddMemberAsync(tenant.Slug, "admin");
        await admin.Client.PostAsJsonAsync("/api/cardvault/cards", new { player = "Satchel Paige" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        (await admin.Client.GetAsync("/api/cardvault/cards", Cancelled).ReadAsync<Page<CardOf>>()).Items.Single().Player.ShouldBe("Satchel Paige");
        var home = new NpgsqlConnectionStringBuilder(server.Other.Administrator) { Database = tenant.TableName }.ConnectionString;
        (await HomeWork.ScalarAsync<long>(home, "SELECT count(*) FROM cardvault.cards")).ShouldBe(1);
        (await HomeWork.ScalarAsync<long>(home, "SELECT count(*) FROM catalogue.cards")).ShouldBe(await HomeWork.ScalarAsync<long>(await new PostgresFixture().SuperuserAsync(server.Database.Application), "SELECT count(*) FROM catalogue.cards"));
    }

    [Fact]
    public async Task The_least_full_store_gets_the_next_tenant()
    {
        var (own, other) = (await TenantsAsync("dedicated"), await TenantsAsync("other"));
        await ChangeAsync("dedicated", new { capacity = 100 + own });
        await ChangeAsync("other", new { capacity = 100 + (10 * other) });

        var stores = new List<string>();
        for (var tenant = 0; tenant < 4; tenant++)
        {
            var load = (Own: (await TenantsAsync("dedicated")) / (100.0 + own), Other: (await TenantsAsync("other")) / (100.0 + (10 * other)));
            stores.Add((await server.PlaceAsync().ReadAsync<TenantResponse>(HttpStatusCode.Created)).Placement.Store);
            stores[^1].ShouldBe(load.Own <= load.Other ? "dedicated" : "other");
        }

        stores.ShouldContain("other");
    }

    [Fact]
    public async Task The_platforms_default_counts_for_new_tenants_alone_while_it_takes_any()
    {
        const string path = "/api/parameters?path=/platform/postgres/default-dedicated-store";
        var before = await server.PlaceAsync(store: "dedicated").ReadAsync<TenantResponse>(HttpStatusCode.Created);
        await server.SuperAdmin.PutAsJsonAsync(path, new { value = "other" }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        (await server.PlaceAsync().ReadAsync<TenantResponse>(HttpStatusCode.Created)).Placement.Store.ShouldBe("other");
        (await server.PlaceAsync().ReadAsync<TenantResponse>(HttpStatusCode.Created)).Placement.Store.ShouldBe("other");
        (await server.TenantAsync(before.Slug)).Placement.Store.ShouldBe("dedicated");
        (await server.PlaceAsync(store: "dedicated").ReadAsync<TenantResponse>(HttpStatusCode.Created)).Placement.Store.ShouldBe("dedicated");
        await ChangeAsync("other", new { open = false });
        (await server.PlaceAsync().ReadAsync<TenantResponse>(HttpStatusCode.Created)).Placement.Store.ShouldBe("dedicated");
        await server.SuperAdmin.DeleteAsync(path, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_region_that_is_asked_for_is_kept_to()
    {
        await ChangeAsync("dedicated", new { region = "us-east" });

        (await server.PlaceAsync(region: "eu-north").ReadAsync<TenantResponse>(HttpStatusCode.Created)).Placement.Store.ShouldBe("other");
        (await server.PlaceAsync(region: "us-east").ReadAsync<TenantResponse>(HttpStatusCode.Created)).Placement.Store.ShouldBe("dedicated");
        var unknown = server.PlaceAsync(region: "mars");
        (await unknown.ErrorsAsync())["region"].ShouldHaveSingleItem().ShouldContain("eu-north, us-east");
        var both = server.PlaceAsync(store: "other", region: "us-east");
        (await both.ErrorsAsync())["region"].ShouldHaveSingleItem().ShouldContain("in eu-north");
    }

    [Fact]
    public async Task A_store_that_there_is_not_is_named_with_those_that_there_are()
    {
        var none = server.PlaceAsync(store: "cellar");
        var shared = server.PlaceAsync(store: "shared");
        var open = server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = "Public There", store = "other" }, Cancelled);

        (await none.ErrorsAsync())["store"].ShouldHaveSingleItem().ShouldContain("dedicated, other");
        (await shared.ErrorsAsync())["store"].ShouldHaveSingleItem().ShouldContain("private tenants");
        (await open.ErrorsAsync())["store"].ShouldHaveSingleItem().ShouldContain("There is shared");
    }

    [Fact]
    public async Task A_closed_store_takes_nobody_and_those_who_are_there_stay()
    {
        var tenant = await server.PlaceAsync(store: "other").ReadAsync<TenantResponse>(HttpStatusCode.Created);
        await ChangeAsync("other", new { open = false });

        var asked = server.PlaceAsync(store: "other");
        await asked.ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:stores:no-room");
        (await server.PlaceAsync().ReadAsync<TenantResponse>(HttpStatusCode.Created)).Placement.Store.ShouldBe("dedicated");
        await (await server.AddMemberAsync(tenant.Slug, "viewer")).Client.GetAsync("/api/cardvault/cards", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await ChangeAsync("dedicated", new { open = false });
        var nowhere = server.PlaceAsync();
        (await nowhere.ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:stores:no-room")).GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("dedicated is closed, other is closed");
    }

    [Fact]
    public async Task Of_many_who_ask_at_once_as_many_come_in_as_there_is_room()
    {
        await ChangeAsync("other", new { capacity = 3 + await TenantsAsync("other") });

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.PlaceAsync(store: "other")));

        answers.Count(answer => answer.StatusCode is HttpStatusCode.Created).ShouldBe(3);
        answers.Count(answer => answer.StatusCode is HttpStatusCode.Conflict).ShouldBe(5);
    }

    [Fact]
    public async Task Another_server_serves_a_store_at_once_that_was_added_here_and_follows_its_changes()
    {
        await using var beside = ServerHost.Build(server.Settings with { Url = "http://127.0.0.1:0" }, builder => builder.Logging.ClearProviders());
        await beside.StartAsync(Cancelled);
        var tenant = await server.PlaceAsync(store: "other").ReadAsync<TenantResponse>(HttpStatusCode.Created);
        var admin = await server.AddMemberAsync(tenant.Slug, "admin");
        await admin.Client.PostAsJsonAsync("/api/cardvault/cards", new { player = "Cool Papa Bell" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);

        using var there = new HttpClient { BaseAddress = new(beside.Urls.First()), DefaultRequestHeaders = { Authorization = admin.Client.DefaultRequestHeaders.Authorization } };
        there.DefaultRequestHeaders.Add("X-Tenant-Id", tenant.Slug);
        await Eventually.UntilAsync(async () => (await there.GetAsync("/api/cardvault/cards", Cancelled)).StatusCode is HttpStatusCode.OK, Cancelled);

        // The roles get new passwords there: who follows makes the next home with them.
        await server.RenewPasswordsAsync();
        await ChangeAsync("other", new { connections = server.Connections });
        await Eventually.UntilAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/api/outbox/summary") { Headers = { Authorization = server.SuperAdmin.DefaultRequestHeaders.Authorization } };
                return (await there.SendAsync(request, Cancelled)).StatusCode is HttpStatusCode.OK;
            },
            Cancelled);
        (await there.GetAsync("/api/cardvault/cards", Cancelled).ReadAsync<Page<CardOf>>()).Items.Single().Player.ShouldBe("Cool Papa Bell");
        (await server.PlaceAsync(store: "other").ReadAsync<TenantResponse>(HttpStatusCode.Created)).Status.ShouldBe("active");
        await beside.StopAsync(Cancelled);
    }

    [Fact]
    public async Task A_server_without_the_provisioner_makes_homes_in_stores_that_were_added()
    {
        var settings = server.Settings with { Url = "http://127.0.0.1:0", Database = server.Database with { Owner = null, ControlOwner = null, Provisioner = null } };
        await using var beside = ServerHost.Build(settings, builder => builder.Logging.ClearProviders());
        await beside.StartAsync(Cancelled);
        using var there = new HttpClient { BaseAddress = new(beside.Urls.First()), DefaultRequestHeaders = { Authorization = server.SuperAdmin.DefaultRequestHeaders.Authorization } };

        var own = there.PostAsJsonAsync("/api/tenants", new { name = "Not Here", cloudType = "private", store = "dedicated" }, Cancelled);
        (await own.ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:stores:no-room")).GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("ROWHOUSE_DATABASE_PROVISIONER");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants") { Headers = { { "Prefer", "wait=60" } }, Content = JsonContent.Create(new { name = "But There", cloudType = "private" }) };
        (await there.SendAsync(request, Cancelled).ReadAsync<TenantResponse>(HttpStatusCode.Created)).Placement.Store.ShouldBe("other");
        await beside.StopAsync(Cancelled);
    }

    [Fact]
    public async Task Once_the_connections_of_a_store_are_broken_one_tenant_finds_out_for_all_of_them()
    {
        var (reader, writer) = (await PlaceAndCountAsync(), await PlaceAndCountAsync());
        (await HomeWork.ScalarAsync<long>(server.Other.Administrator, "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname LIKE 'rowhouse\\_home\\_%'")).ShouldBeGreaterThanOrEqualTo(2);

        await InAsync(reader, db => db.Cards.CountAsync(Cancelled));
        await InAsync(writer, db => db.Cards.ExecuteDeleteAsync(Cancelled)); // alone, it could not be done again

        async Task<TenantId> PlaceAndCountAsync()
        {
            var tenant = new TenantId((await server.PlaceAsync(store: "other").ReadAsync<TenantResponse>(HttpStatusCode.Created)).Id);
            await InAsync(tenant, db => db.Cards.CountAsync(Cancelled)); // over a connection that stays open
            return tenant;
        }

        async Task InAsync(TenantId tenant, Func<CardVaultDbContext, Task> work)
        {
            await using var scope = await server.Services.GetRequiredService<ITenantScopes>().EnterAsync(tenant, Cancelled);
            await work(scope.Get<CardVaultDbContext>());
        }
    }

    [Fact]
    public async Task A_store_whose_server_is_down_fails_its_tenants_with_a_reason_and_the_others_go_on()
    {
        var lives = await server.PlaceAsync(store: "other").ReadAsync<TenantResponse>(HttpStatusCode.Created);
        var admin = await server.AddMemberAsync(lives.Slug, "admin");
        TenantResponse begun = null!;
        Uri? operation = null;
        await server.Other.WithoutAsync(async () =>
        {
            using var asked = await server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = "Waits", cloudType = "private", store = "other" }, Cancelled);
            asked.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            (begun, operation) = ((await asked.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull(), asked.Headers.Location);
            await admin.Client.GetAsync("/api/cardvault/cards", Cancelled).ShouldBeAsync(HttpStatusCode.ServiceUnavailable);
            (await server.PlaceAsync(store: "dedicated").ReadAsync<TenantResponse>(HttpStatusCode.Created)).Status.ShouldBe("active");
            await server.SuperAdmin.GetAsync("/health/ready", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        });

        var end = await server.EndOfAsync(operation);
        if (end.Status is not "succeeded")
        {
            (await server.TenantAsync(begun.Slug)).ProvisioningError.ShouldNotBeNullOrWhiteSpace();
            using var retried = await server.SuperAdmin.PostAsync($"/api/tenants/{begun.Slug}/retry", content: null, Cancelled);
            (await server.EndOfAsync(retried.Headers.Location)).Status.ShouldBe("succeeded");
        }

        await admin.Client.GetAsync("/api/cardvault/cards", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_store_in_which_tenants_live_stays_and_so_do_those_of_the_installation()
    {
        await server.PlaceAsync(store: "other").ReadAsync<TenantResponse>(HttpStatusCode.Created);

        var used = server.SuperAdmin.DeleteAsync("/api/stores/other", Cancelled);
        var own = server.SuperAdmin.DeleteAsync("/api/stores/shared", Cancelled);
        var none = server.SuperAdmin.DeleteAsync("/api/stores/cellar", Cancelled);
        var leads = server.SuperAdmin.PatchAsJsonAsync("/api/stores/dedicated", new { connections = server.Connections }, Cancelled);
        using var old = new HttpRequestMessage(HttpMethod.Patch, "/api/stores/other") { Content = JsonContent.Create(new { capacity = 7 }), Headers = { { "If-Match", "\"0\"" } } };

        await used.ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:stores:in-use");
        await own.ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:stores:in-use");
        await none.ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:stores:unknown-store");
        (await leads.ErrorsAsync())["connections"].ShouldHaveSingleItem().ShouldContain("ROWHOUSE_DATABASE");
        await server.SuperAdmin.SendAsync(old, Cancelled).ShouldBeAsync(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task A_tenant_that_is_purged_leaves_nothing_in_its_store()
    {
        var tenant = await server.PlaceAsync(store: "other").ReadAsync<TenantResponse>(HttpStatusCode.Created);
        await server.SuperAdmin.DeleteAsync($"/api/tenants/{tenant.Slug}?confirm={tenant.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await server.EndRetentionAsync(tenant.Id);

        await Eventually.UntilAsync(async () => (await server.TenantAsync(tenant.Id.ToString())).Status == "purged", Cancelled);

        (await StoreServerFixture.HasAsync(server.Other.Administrator, tenant.TableName)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_tenant_that_cannot_be_housed_in_a_store_fails_and_leaves_nothing_there_until_that_is_mended()
    {
        var template = await HomeWork.ScalarAsync<string>(server.Other.Administrator, "SELECT datname::text FROM pg_database WHERE datistemplate AND datname LIKE 'rowhouse%'");
        await HomeWork.ExecuteAsync(server.Other.Administrator, $"ALTER DATABASE {template} RENAME TO hidden");
        using var asked = await server.PlaceAsync(store: "other");
        asked.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var failed = (await asked.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        (failed.Status, failed.ProvisioningError).ShouldBe(("failed", failed.ProvisioningError.ShouldNotBeNull()));
        failed.ProvisioningError.ShouldContain("rowhouse migrate");
        (await HomeWork.ScalarAsync<long>(server.Other.Administrator, "SELECT count(*) FROM pg_roles WHERE rolname = $1", failed.TableName)).ShouldBe(0);

        await HomeWork.ExecuteAsync(server.Other.Administrator, $"ALTER DATABASE hidden RENAME TO {template}");
        using var retried = await server.SuperAdmin.PostAsync($"/api/tenants/{failed.Slug}/retry", content: null, Cancelled);
        (await server.EndOfAsync(retried.Headers.Location)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_store_is_not_led_to_a_server_on_which_its_homes_are_not()
    {
        var tenant = await server.PlaceAsync(store: "other").ReadAsync<TenantResponse>(HttpStatusCode.Created);
        await using var empty = await OtherServer.StartAsync();
        var there = await DatabaseRoles.EnsureStoreAsync("other", empty.Administrator, RoleNames.Default, RolePasswords.Generate(), Cancelled);

        var led = server.SuperAdmin.PatchAsJsonAsync("/api/stores/other", new { connections = new { there.Platform, there.Provisioner, there.Owner, there.Mover } }, Cancelled);

        (await led.ErrorsAsync())["connections"].ShouldHaveSingleItem().ShouldContain("are not on this server");
        await (await server.AddMemberAsync(tenant.Slug, "viewer")).Client.GetAsync("/api/cardvault/cards", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_removes_a_store_waits_for_whoever_places_a_tenant_there_and_then_finds_the_tenant()
    {
        var tenant = await server.PlaceAsync(store: "dedicated").ReadAsync<TenantResponse>(HttpStatusCode.Created);
        await server.AddStoreRowsAsync("lone");
        var control = await new PostgresFixture().SuperuserAsync(server.Database.Control!);
        await HomeWork.ExecuteAsync(control, "UPDATE platform.stores SET connections = '\\x00', platform_key = (SELECT min(id) FROM platform.platform_keys) WHERE name = 'lone'");
        await using var placing = new NpgsqlConnection(control);
        await placing.OpenAsync(Cancelled);
        await using (var begin = new NpgsqlCommand($"BEGIN; SELECT 1 FROM platform.stores WHERE name = 'lone' FOR SHARE; UPDATE platform.tenants SET store = 'lone' WHERE id = '{tenant.Id}'", placing))
        {
            await begin.ExecuteNonQueryAsync(Cancelled);
        }

        var removing = server.SuperAdmin.DeleteAsync("/api/stores/lone", Cancelled);
        await Eventually.UntilAsync(async () => await HomeWork.ScalarAsync<long>(control, "SELECT count(*) FROM pg_locks WHERE NOT granted") > 0, Cancelled);
        await using (var commit = new NpgsqlCommand("COMMIT", placing))
        {
            await commit.ExecuteNonQueryAsync(Cancelled);
        }

        await removing.ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:stores:in-use");
        await HomeWork.ExecuteAsync(control, $"UPDATE platform.tenants SET store = 'dedicated' WHERE id = '{tenant.Id}'");
        await server.SuperAdmin.DeleteAsync("/api/stores/lone", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_store_that_is_the_default_is_not_removed()
    {
        const string path = "/api/parameters?path=/platform/postgres/default-dedicated-store";
        await server.AddStoreRowsAsync("empty");
        await server.SuperAdmin.PutAsJsonAsync(path, new { value = "empty" }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await HomeWork.ExecuteAsync(await new PostgresFixture().SuperuserAsync(server.Database.Control!), "UPDATE platform.stores SET connections = '\\x00', platform_key = (SELECT min(id) FROM platform.platform_keys) WHERE name = 'empty'");

        await server.SuperAdmin.DeleteAsync("/api/stores/empty", Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:stores:in-use");
        await server.SuperAdmin.DeleteAsync(path, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await server.SuperAdmin.DeleteAsync("/api/stores/empty", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task What_is_wrong_with_a_home_of_an_added_store_is_found_and_so_is_a_store_that_cannot_be_asked()
    {
        var home = (await server.PlaceAsync(store: "other").ReadAsync<TenantResponse>(HttpStatusCode.Created)).TableName;
        var stores = server.Services.GetRequiredService<PostgresDatabase>().Homes;
        (await stores.VerifyHomesAsync(Cancelled)).Findings.ShouldNotContain(finding => finding.Where == $"database {home} in store other");

        await HomeWork.ExecuteAsync(server.Other.Administrator, $"GRANT CONNECT ON DATABASE {home} TO PUBLIC");
        (await stores.VerifyHomesAsync(Cancelled)).Findings.ShouldContain(finding => finding.Where == $"database {home} in store other");
        await HomeWork.ExecuteAsync(server.Other.Administrator, $"REVOKE CONNECT ON DATABASE {home} FROM PUBLIC; GRANT rowhouse_owner TO {home}");
        (await stores.VerifyHomesAsync(Cancelled)).Findings.ShouldContain(finding => finding.Where == $"{home} in store other" && finding.What.Contains("rowhouse_owner", StringComparison.Ordinal));
        await HomeWork.ExecuteAsync(server.Other.Administrator, $"REVOKE rowhouse_owner FROM {home}");
        (await stores.VerifyHomesAsync(Cancelled)).Findings.ShouldNotContain(finding => finding.Where.EndsWith("in store other", StringComparison.Ordinal));

        await HomeWork.ExecuteAsync(server.Other.Administrator, "ALTER ROLE rowhouse_mover RENAME TO gone");
        var report = await stores.VerifyHomesAsync(Cancelled);
        report.Faults.ShouldContain(fault => fault.Where == "rowhouse_mover in store other" && fault.Mend.Contains("database homes --renew", StringComparison.Ordinal));
        report.Findings.ShouldNotContain(finding => finding.Where == "rowhouse_mover in store other");
        await HomeWork.ExecuteAsync(server.Other.Administrator, "ALTER ROLE gone RENAME TO rowhouse_mover");

        await server.Other.WithoutAsync(async () => (await stores.VerifyHomesAsync(Cancelled)).Faults.ShouldContain(fault => fault.Where == "store other"));
    }

    private async Task<int> TenantsAsync(string store) => (int)(await server.SuperAdmin.GetAsync($"/api/stores/{store}", Cancelled).ReadAsync<StoreResponse>()).Tenants;

    private Task<StoreResponse> ChangeAsync(string store, object changes) => server.SuperAdmin.PatchAsJsonAsync($"/api/stores/{store}", changes, Cancelled).ReadAsync<StoreResponse>();
}
