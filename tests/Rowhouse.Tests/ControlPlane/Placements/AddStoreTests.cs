using System.Net;
using System.Net.Http.Json;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Placements;

/// <summary>Servers that become stores, and those that do not.</summary>
public sealed class AddStoreTests(StoreServerFixture server) : IClassFixture<StoreServerFixture>, IAsyncLifetime
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    // Each test begins without a store on the other server.
    public async ValueTask InitializeAsync()
    {
        foreach (var store in (await server.SuperAdmin.GetAsync("/api/stores?limit=200", Cancelled).ReadAsync<Page<StoreResponse>>()).Items.Where(store => !store.OfInstallation))
        {
            await server.SuperAdmin.DeleteAsync($"/api/stores/{store.Name}", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_installation_has_a_store_of_each_kind()
    {
        await server.CreateTenantAsync("Among Others");

        var stores = (await server.SuperAdmin.GetAsync("/api/stores?limit=200", Cancelled).ReadAsync<Page<StoreResponse>>()).Items;

        stores.Where(store => store.OfInstallation).Select(store => (store.Name, store.Kind, store.Open, store.Address)).ShouldBe([("dedicated", "dedicated", true, null), ("shared", "shared", true, null)]);
        stores.Single(store => store.Name == "shared").Tenants.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_server_that_was_added_is_ready_for_homes_and_shows_no_password()
    {
        await server.RenewPasswordsAsync();
        var answer = server.SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "ready", region = "eu-north", capacity = 5, connections = server.Connections }, Cancelled);
        using var made = await answer;
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        var said = await made.Content.ReadAsStringAsync(Cancelled) + await server.SuperAdmin.GetStringAsync("/api/stores/ready", Cancelled) + await server.SuperAdmin.GetStringAsync("/api/platform/audit", Cancelled);

        var store = (await made.Content.ReadFromJsonAsync<StoreResponse>(Cancelled)).ShouldNotBeNull();
        (store.Region, store.Capacity, store.Open, store.OfInstallation, store.Tenants).ShouldBe(("eu-north", 5, true, false, 0));
        made.Headers.ETag!.Tag.ShouldBe("\"1\"");
        said.ShouldContain("store.added");
        foreach (var connection in new[] { server.Connections.Platform, server.Connections.Provisioner, server.Connections.Owner, server.Connections.Mover })
        {
            var password = new NpgsqlConnectionStringBuilder(connection).Password.ShouldNotBeNull();
            said.ShouldNotContain(password);
            (await HomeWork.ScalarAsync<long>(server.Database.Control!, "SELECT count(*) FROM platform.stores WHERE position(convert_to($1, 'UTF8') in connections) > 0", password)).ShouldBe(0);
        }

        await server.SuperAdmin.DeleteAsync("/api/stores/ready", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await server.SuperAdmin.GetAsync("/api/stores/ready", Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("Host=nowhere.invalid;Username=rowhouse_platform;Password=x", "connections.provisioner", "another server")]
    [InlineData("Host=127.0.0.1,127.0.0.2;Username=rowhouse_platform;Password=x", "connections.provisioner", "another server")]
    [InlineData("Host=127.0.0.1,127.0.0.2;Username=rowhouse_platform;Password=x;Target Session Attributes=standby", "connections.platform", "primary alone")]
    [InlineData("Host=127.0.0.1,;Username=rowhouse_platform;Password=x", "connections.platform", "no name")]
    [InlineData("Username=rowhouse_platform;Password=x", "connections.platform", "Host, Username and Password")]
    [InlineData("Host=127.0.0.1;Passfile=/etc/passwd", "connections.platform", "not for here")]
    [InlineData("Host=127.0.0.1;Port=many", "connections.platform", "cannot be read")]
    [InlineData("no connection string", "connections.platform", "cannot be read")]
    [InlineData("", "connections.platform", "rowhouse database homes")]
    public async Task What_does_not_lead_to_one_server_is_named(string platform, string field, string what)
    {
        var answer = server.SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "wrong", connections = server.Connections with { Platform = platform } }, Cancelled);

        (await answer.ErrorsAsync())[field].ShouldHaveSingleItem().ShouldContain(what);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        var answer = server.SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "No Name", region = "Europe!", capacity = 0 }, Cancelled);

        (await answer.ErrorsAsync()).Keys.ShouldBe(["name", "region", "capacity", "connections", "connections.platform", "connections.provisioner", "connections.owner", "connections.mover"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_connection_in_a_role_that_is_too_mighty_or_another_is_refused()
    {
        var superuser = server.Other.Administrator;
        var mighty = server.SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "mighty", connections = server.Connections with { Platform = Plain(superuser) } }, Cancelled);
        var swapped = server.SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "swapped", connections = server.Connections with { Provisioner = server.Connections.Platform, Mover = server.Connections.Owner } }, Cancelled);

        (await mighty.ErrorsAsync())["connections"].ShouldContain(message => message.Contains("not as rowhouse_platform", StringComparison.Ordinal));
        var wrong = (await swapped.ErrorsAsync())["connections"];
        wrong.ShouldContain(message => message.Contains("not as rowhouse_provisioner", StringComparison.Ordinal));
        wrong.ShouldContain(message => message.Contains("not as rowhouse_mover", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_owner_that_is_another_role_cannot_make_the_template_and_is_refused()
    {
        await HomeWork.ExecuteAsync(server.Other.Administrator, "CREATE ROLE stranger LOGIN PASSWORD 'x'");
        var owner = new NpgsqlConnectionStringBuilder(server.Connections.Owner) { Username = "stranger", Password = "x" }.ConnectionString;

        var answer = server.SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "stranger", connections = server.Connections with { Owner = owner } }, Cancelled);

        (await answer.ErrorsAsync()).ShouldContainKey("connections");
        (await server.SuperAdmin.GetAsync("/api/stores/stranger", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_no_store()
    {
        var nobody = $"Host=127.0.0.1;Port={FreePorts.Take()};Username=rowhouse_platform;Password=x";

        var answer = server.SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "silent", connections = new { platform = nobody, provisioner = nobody, owner = nobody, mover = nobody } }, Cancelled);

        (await answer.ErrorsAsync())["connections"].ShouldHaveSingleItem().ShouldContain("send the request again");
    }

    [Fact]
    public async Task A_server_is_one_store_and_a_name_is_one_stores()
    {
        await server.AddOtherAsync();
        var name = server.SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "other", connections = server.Connections }, Cancelled);
        var twice = server.SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "once-more", connections = server.Connections }, Cancelled);
        var own = new NpgsqlConnectionStringBuilder(server.Database.Platform);
        var ownServer = $"Host={own.Host};Port={own.Port};Username=rowhouse_platform;Password=x";
        var mine = server.SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "mine", connections = new { platform = ownServer, provisioner = ownServer, owner = ownServer, mover = ownServer } }, Cancelled);

        await name.ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:stores:name-taken");
        (await twice.ErrorsAsync())["connections"].ShouldHaveSingleItem().ShouldContain("The store other is on this server");
        (await mine.ErrorsAsync())["connections"].ShouldHaveSingleItem().ShouldContain("The store dedicated is on this server");
    }

    [Fact]
    public async Task Only_who_runs_the_platform_sees_or_adds_stores()
    {
        var tenant = await server.CreateTenantAsync("Curious");

        await tenant.Admin.Client.GetAsync("/api/stores", Cancelled).ShouldBeAsync(HttpStatusCode.Forbidden);
        await tenant.Admin.Client.PostAsJsonAsync("/api/stores", new { name = "theirs", connections = server.Connections }, Cancelled).ShouldBeAsync(HttpStatusCode.Forbidden);
        await server.Nobody.GetAsync("/api/stores", Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    // Without what only tests say.
    private static string Plain(string connection)
    {
        var parsed = new NpgsqlConnectionStringBuilder(connection);
        return $"Host={parsed.Host};Port={parsed.Port};Username={parsed.Username};Password={parsed.Password}";
    }
}
