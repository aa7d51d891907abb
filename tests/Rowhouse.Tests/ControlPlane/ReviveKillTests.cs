using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rowhouse.Contracts;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>Real servers that are killed while they revive a tenant, which is one transaction.</summary>
public sealed class ReviveKillTests(CrashServer server) : IClassFixture<CrashServer>
{
    private const string Revived = "old.status = 7 AND new.status <> 7";

    private static readonly string[] CloudTypes = ["private", "public"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_killed_before_it_has_revived_tenants_leaves_them_deleted_and_they_can_be_revived()
    {
        await server.NodeAsync();
        var all = new[] { await MakeAsync(CloudTypes[0], $"Before {CloudTypes[0]}"), await MakeAsync(CloudTypes[1], $"Before {CloudTypes[1]}") };
        foreach (var deleted in all)
        {
            await server.HoldAsync($"BEFORE UPDATE ON platform.tenants FOR EACH ROW WHEN ({Revived})", deleted.Tenant.Name);
        }

        var answers = all.Select(deleted => AskAsync(deleted.Tenant)).ToList();
        await server.UntilHeldAsync(all.Length);
        await server.StopNodesAsync();
        await server.ReleaseAsync();

        await server.StartNodeAsync();
        foreach (var (deleted, answer) in all.Zip(answers))
        {
            await Should.ThrowAsync<HttpRequestException>(answer);
            var left = await server.TenantAsync(deleted.Tenant.Slug);
            (left.Status, left.Version, left.RetainedUntil).ShouldBe(("deleted", deleted.Tenant.Version, deleted.Tenant.RetainedUntil));
            (await RevivalsAsync(left)).ShouldBe(0);
            (await PathsAsync(left)).ShouldBeEmpty();
            await deleted.Member.Client.GetAsync("/api/cardvault/cards", Cancelled).ShouldBeAsync(HttpStatusCode.Gone);
            await server.SuperAdmin.PostAsync($"/api/tenants/{left.Slug}/revive", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
            await ShouldBeBackAsync(deleted);
        }
    }

    [Fact]
    public async Task A_server_that_is_killed_before_it_can_say_that_it_has_revived_tenants_leaves_them_whole()
    {
        var node = await server.NodeAsync();
        var all = new[] { await MakeAsync(CloudTypes[0], $"After {CloudTypes[0]}"), await MakeAsync(CloudTypes[1], $"After {CloudTypes[1]}") };

        // The COMMIT itself waits, so its answer comes to a server that sleeps, and is killed before it hears it.
        var gate = await server.GateAsync("platform.tenants", Revived);
        var asked = all.Select(deleted => AskAsync(deleted.Tenant)).ToList();
        await server.UntilAtGateAsync(all.Length);
        await node.SleepAsync();
        foreach (var deleted in all)
        {
            (await server.TenantAsync(deleted.Tenant.Slug)).Status.ShouldBe("deleted");
        }

        await gate.DisposeAsync();
        await Eventually.UntilAsync(async () => await HomeWork.ScalarAsync<long>(server.Control, "SELECT count(*) FROM platform.tenants WHERE name LIKE 'After %' AND status = 2") == all.Length, Cancelled);
        await server.StopNodesAsync();
        await server.RemoveGateAsync();

        await server.StartNodeAsync();
        foreach (var (deleted, answer) in all.Zip(asked))
        {
            await Should.ThrowAsync<HttpRequestException>(answer);
            await ShouldBeBackAsync(deleted);
            await server.SuperAdmin.PostAsync($"/api/tenants/{deleted.Tenant.Slug}/revive", content: null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
        }
    }

    /// <summary>A tenant with a card, deleted, and somebody who was in it.</summary>
    private async Task<Deleted> MakeAsync(string cloudType, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants")
        {
            Headers = { { "Prefer", "wait=60" } },
            Content = JsonContent.Create(new { name, cloudType, products = new[] { "cardvault" }, deletionProtection = false }),
        };
        var tenant = await server.SuperAdmin.SendAsync(request, Cancelled).ReadAsync<TenantResponse>(HttpStatusCode.Created);
        var member = await server.WriteAsync(tenant);
        (await PathsAsync(tenant)).ShouldNotBeEmpty();
        await server.SuperAdmin.DeleteAsync($"/api/tenants/{tenant.Slug}?confirm={tenant.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        return new(await server.TenantAsync(tenant.Slug), member);
    }

    /// <summary>Asks the server that is to be killed.</summary>
    private async Task AskAsync(TenantResponse tenant)
    {
        using var client = server.NodeClient();
        await client.PostAsync($"/api/tenants/{tenant.Slug}/revive", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <summary>It is as it was, and nothing of its deletion is left.</summary>
    private async Task ShouldBeBackAsync(Deleted deleted)
    {
        var (tenant, member) = deleted;
        var back = await server.TenantAsync(tenant.Slug);
        (back.Status, back.ProvisioningStatus, back.DeletedAt, back.RetainedUntil, back.Placement).ShouldBe(("active", "active", null, null, tenant.Placement));
        (await RevivalsAsync(tenant)).ShouldBe(1);
        (await PathsAsync(tenant)).ShouldContain($"/accounts/{tenant.Id}/postgres/database");

        // This server hears within a second of what another one did.
        await Eventually.UntilAsync(async () => (await member.Client.GetAsync("/api/cardvault/cards", Cancelled)).StatusCode == HttpStatusCode.OK, Cancelled);
        (await member.Client.GetAsync("/api/cardvault/cards", Cancelled).ReadAsync<Page<JsonElement>>()).Items.ShouldHaveSingleItem();
        await member.Client.PostAsJsonAsync("/api/cardvault/cards", new { player = "Josh Gibson" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        (await HomeWork.RemainsAsync(tenant.TableName)).ShouldBe(tenant.CloudType is "private" ? (1, 1) : (0, 0));

        // And so does one that has started since.
        using var there = server.NodeClient();
        there.DefaultRequestHeaders.Authorization = member.Client.DefaultRequestHeaders.Authorization;
        there.DefaultRequestHeaders.Add("X-Tenant-Id", tenant.Slug);
        (await there.GetAsync("/api/cardvault/cards", Cancelled).ReadAsync<Page<JsonElement>>()).Items.Count.ShouldBe(2);
    }

    private Task<long> RevivalsAsync(TenantResponse tenant) => HomeWork.ScalarAsync<long>(server.Control, $"SELECT count(*) FROM platform.audit WHERE tenant_id = '{tenant.Id}' AND action = 'tenant.revived'");

    private async Task<List<string>> PathsAsync(TenantResponse tenant) =>
        [.. (await server.SuperAdmin.GetAsync($"/api/parameters?path=/accounts/{tenant.Id}/", Cancelled).ReadAsync<Page<ParameterResponse>>()).Items.Select(parameter => parameter.Path)];

    private sealed record Deleted(TenantResponse Tenant, TestMember Member);
}
