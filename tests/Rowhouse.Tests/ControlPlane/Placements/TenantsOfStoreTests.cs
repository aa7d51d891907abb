using System.Net;
using Rowhouse.Contracts;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Placements;

/// <summary>The list of the tenants that live in a store.</summary>
public sealed class TenantsOfStoreTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_of_a_store_has_the_tenants_that_live_there_and_no_others()
    {
        var shared = await server.CreateTenantAsync("Among Others");
        var dedicated = await server.AskAsync("Alone", prefer: "wait=60").ReadAsync<TenantResponse>(HttpStatusCode.Created);
        await server.AddStoreRowsAsync("empty");

        (await ListAsync("store=shared")).ShouldBe([shared.Id]);
        (await ListAsync("store=dedicated")).ShouldBe([dedicated.Id]);
        (await ListAsync("store=dedicated&status=active&search=alone")).ShouldBe([dedicated.Id]);
        (await ListAsync("store=dedicated&status=suspended")).ShouldBeEmpty();
        (await ListAsync("store=empty")).ShouldBeEmpty();
        (await ListAsync("store=")).ShouldBe([shared.Id, dedicated.Id], ignoreOrder: true);
    }

    [Fact]
    public async Task A_list_of_a_store_that_there_is_not_says_which_there_are()
    {
        var problem = await server.SuperAdmin.GetAsync("/api/tenants?store=atlantis", Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");

        problem.Fields().ShouldBe(["store"]);
        problem.GetProperty("errors").GetProperty("store")[0].GetString().ShouldNotBeNull().ShouldMatch("^No store has this name. There are: dedicated, (empty, )?shared.$");
    }

    private async Task<IEnumerable<Guid>> ListAsync(string query) => (await server.SuperAdmin.GetAsync($"/api/tenants?{query}", Cancelled).ReadAsync<Page<TenantResponse>>()).Items.Select(tenant => tenant.Id);
}
