using System.Net;
using System.Net.Http.Json;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>What becomes of a dedicated home when its tenant goes.</summary>
public sealed class HomeEndTests(HomeEndTests.Fixture server) : IClassFixture<HomeEndTests.Fixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_home_is_kept_while_its_tenant_can_be_revived_and_the_tenant_finds_all_of_it_again()
    {
        var tenant = await server.CreateTenantAsync("Back Home", "cardvault");
        await tenant.Admin.Client.PostAsJsonAsync("/api/cardvault/cards", new { player = "Ernie Banks" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        await DeleteAsync(tenant);
        (await HomeWork.RemainsAsync(tenant.Tenant.TableName)).ShouldBe((1, 1));

        await server.SuperAdmin.PostAsync($"/api/tenants/{tenant.Slug}/revive", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        (await tenant.Admin.Client.GetAsync("/api/cardvault/cards", Cancelled).ReadAsync<Page<CardOf>>()).Items.Single().Player.ShouldBe("Ernie Banks");
    }

    [Fact]
    public async Task When_its_retention_ends_the_database_and_the_login_go_whoever_is_connected_as_it()
    {
        var tenant = await server.CreateTenantAsync("Gone Home", "cardvault");
        var other = await server.CreateTenantAsync("Stays Home", "cardvault");
        await using var inside = new NpgsqlConnection(await server.LoginAsync(tenant.Tenant));
        await inside.OpenAsync(Cancelled);
        await DeleteAsync(tenant);

        await server.EndRetentionAsync(tenant.Id);

        await Eventually.UntilAsync(async () => (await server.TenantAsync(tenant.Id.ToString())).Status == "purged", Cancelled);
        (await HomeWork.RemainsAsync(tenant.Tenant.TableName)).ShouldBe((0, 0));
        (await HomeWork.RemainsAsync(other.Tenant.TableName)).ShouldBe((1, 1));
        (await HomeWork.ScalarAsync<long>(server.Database.Control!, "SELECT count(*) FROM platform.homes WHERE tenant_id = $1::uuid", tenant.Id.ToString())).ShouldBe(0);
        await other.Admin.Client.GetAsync("/api/cardvault/cards", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    private async Task DeleteAsync(TestTenant tenant)
    {
        await server.SuperAdmin.PatchAsJsonAsync($"/api/tenants/{tenant.Slug}", new { deletionProtection = false }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await server.SuperAdmin.DeleteAsync($"/api/tenants/{tenant.Slug}?confirm={tenant.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    private sealed record CardOf(string Player);

    public sealed class Fixture : ServerFixture
    {
        protected override string CloudType => "private";
    }
}
