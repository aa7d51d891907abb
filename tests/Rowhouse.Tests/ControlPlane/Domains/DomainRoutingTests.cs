using System.Net;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Domains;

/// <summary>Where requests to a domain lead, and for which hosts a proxy may fetch a certificate.</summary>
public sealed class DomainRoutingTests(DomainServer server) : IClassFixture<DomainServer>
{
    private const string NoTenant = "urn:rowhouse:tenancy:no-tenant";
    private const string UnknownTenant = "urn:rowhouse:tenancy:unknown-tenant";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_domain_is_one_host_in_all_its_spellings()
    {
        var smith = await server.CreateTenantAsync("Spelled Smith");
        var jones = await server.CreateTenantAsync("Spelled Jones");

        var claim = await server.ClaimAsync(smith, "MÜLLER.example.");
        claim.Host.ShouldBe("xn--mller-kva.example");
        (await jones.AddDomainAsync("xn--mller-kva.example").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:domains:taken")).ToString().ShouldNotContain(smith.Slug);
        (await AskAsync(smith, "xn--mller-kva.example")).Body.ShouldContain(NoTenant, customMessage: "it is not proven yet");
        await smith.CheckDomainAsync("müller.example").ShouldBeAsync(HttpStatusCode.OK);

        foreach (var host in new[] { "xn--mller-kva.example", "XN--MLLER-KVA.EXAMPLE:443", "xn--mller-kva.example." })
        {
            (await AskAsync(smith, host)).Status.ShouldBe(200, host);
            var stranger = await AskAsync(jones, host);
            stranger.Status.ShouldBe(404, host);
            stranger.Body.ShouldContain(UnknownTenant);
        }

        // Kestrel takes no Host beyond ASCII, as RFC 9110 asks: browsers and other clients send punycode.
        (await AskAsync(smith, "m\u00c3\u00bcller.example")).Status.ShouldBe(400);
        (await AskAsync(smith, "mu\u00cc\u0088ller.example")).Status.ShouldBe(400);

        // Another name, which is nobody's.
        (await AskAsync(smith, "muller.example")).Body.ShouldContain(NoTenant);

        foreach (var spelling in new[] { "müller.example", "mu\u0308ller.example", "MÜLLER.EXAMPLE.", "xn--mller-kva.example", "XN--MLLER-KVA.EXAMPLE:443" })
        {
            await AllowedAsync(spelling).ShouldBeAsync(HttpStatusCode.OK);
        }

        await AllowedAsync("muller.example").ProblemAsync(HttpStatusCode.NotFound, UnknownTenant);
    }

    [Fact]
    public async Task A_domain_that_is_given_up_leads_nowhere_and_is_anybodys_again()
    {
        var smith = await server.CreateTenantAsync("Gives Up");
        var jones = await server.CreateTenantAsync("Takes Over");
        await server.ProveAsync(smith, "shop.given-up.example");
        (await AskAsync(smith, "shop.given-up.example")).Status.ShouldBe(200);

        await smith.RemoveDomainAsync("shop.given-up.example").ShouldBeAsync(HttpStatusCode.NoContent);

        (await AskAsync(smith, "shop.given-up.example")).Body.ShouldContain(NoTenant);
        await AllowedAsync("shop.given-up.example").ShouldBeAsync(HttpStatusCode.NotFound);
        await smith.RemoveDomainAsync("shop.given-up.example").ShouldBeAsync(HttpStatusCode.NotFound);
        await server.ProveAsync(jones, "shop.given-up.example");
        (await AskAsync(jones, "shop.given-up.example")).Status.ShouldBe(200);
        (await AskAsync(smith, "shop.given-up.example")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Where_a_domain_leads_is_a_version_of_the_tenant_so_that_nodes_know_which_of_two_is_newer()
    {
        var smith = await server.CreateTenantAsync("Versions Domains");

        await server.ClaimAsync(smith, "shop.versions.example");
        (await VersionAsync(smith)).ShouldBe(smith.Tenant.Version);
        await smith.CheckDomainAsync("shop.versions.example").ShouldBeAsync(HttpStatusCode.OK);
        (await VersionAsync(smith)).ShouldBe(smith.Tenant.Version + 1);
        await smith.RemoveDomainAsync("shop.versions.example").ShouldBeAsync(HttpStatusCode.NoContent);
        (await VersionAsync(smith)).ShouldBe(smith.Tenant.Version + 2);
    }

    [Fact]
    public async Task A_domain_and_another_tenants_name_disagree()
    {
        var smith = await server.CreateTenantAsync("Disagree Smith");
        var jones = await server.CreateTenantAsync("Disagree Jones");
        await server.ProveAsync(smith, "shop.disagree.example");

        (await AskAsync(smith, "shop.disagree.example", $"X-Tenant-Id: {smith.Slug}")).Status.ShouldBe(200);
        (await AskAsync(jones, "shop.disagree.example", $"X-Tenant-Id: {jones.Slug}")).Body.ShouldContain("urn:rowhouse:tenancy:conflicting-tenants");
    }

    [Fact]
    public async Task A_certificate_is_fetched_for_hosts_of_tenants_that_are_served_and_for_no_others()
    {
        var smith = await server.CreateTenantAsync("Served");
        await server.ProveAsync(smith, "shop.served.example");
        await server.ClaimAsync(smith, "claimed.served.example");
        string[] served = ["shop.served.example", $"{smith.Slug}.rowhouse.example", $"{smith.Slug.ToUpperInvariant()}.Rowhouse.Example.", $"{smith.Slug}.localhost"];
        string[] nobodys =
        [
            "claimed.served.example", "ghost.rowhouse.example", "www.rowhouse.example", "rowhouse.example", $"a.{smith.Slug}.rowhouse.example", "x.shop.served.example", "served.example",
            smith.Slug, "127.0.0.1", "[::1]", "localhost", "", " ", "*.served.example", "shop.served.example/x", "..", new string('a', 3000),
        ];

        foreach (var host in served)
        {
            using var answer = await AllowedAsync(host);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, host);
            (await answer.Content.ReadAsStringAsync(Cancelled)).ShouldBeEmpty();
        }

        foreach (var host in nobodys)
        {
            (await AllowedAsync(host)).StatusCode.ShouldBe(HttpStatusCode.NotFound, host);
        }

        await server.SuperAdmin.PostAsync($"/api/tenants/{smith.Slug}/suspend", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        foreach (var host in served)
        {
            await AllowedAsync(host).ProblemAsync(HttpStatusCode.NotFound, UnknownTenant);
        }

        await server.SuperAdmin.PostAsync($"/api/tenants/{smith.Slug}/resume", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await AllowedAsync("shop.served.example").ShouldBeAsync(HttpStatusCode.OK);
        await server.Nobody.GetAsync("/api/domains/allowed", Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:malformed");
    }

    [Fact]
    public async Task Hosts_that_are_made_up_cost_no_query()
    {
        var smith = await server.CreateTenantAsync("No Query");
        await server.ProveAsync(smith, "shop.no-query.example");
        await using var owner = new NpgsqlConnection(server.Database.ControlOwner);
        await owner.OpenAsync(Cancelled);
        await using var transaction = await owner.BeginTransactionAsync(Cancelled);
        await using var hold = new NpgsqlCommand("LOCK TABLE platform.tenants, platform.identifiers, platform.domains", owner);
        await hold.ExecuteNonQueryAsync(Cancelled);

        for (var number = 0; number < 100; number++)
        {
            await AllowedAsync($"made-up-{number}.example").WaitAsync(TimeSpan.FromSeconds(5), Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
            await AllowedAsync($"made-up-{number}.rowhouse.example").WaitAsync(TimeSpan.FromSeconds(5), Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
        }

        await AllowedAsync("shop.no-query.example").WaitAsync(TimeSpan.FromSeconds(5), Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Staff_can_free_a_domain_that_a_tenant_sits_on()
    {
        var squatter = await server.CreateTenantAsync("Squatter");
        var owner = await server.CreateTenantAsync("Rightful Owner");
        await squatter.AddDomainAsync("shop.rightful.example").ShouldBeAsync(HttpStatusCode.Created);
        await owner.AddDomainAsync("shop.rightful.example").ShouldBeAsync(HttpStatusCode.Conflict);

        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/domains/shop.rightful.example") { Headers = { { "X-Tenant-Id", squatter.Slug } } };
        await server.SuperAdmin.SendAsync(request, Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);

        (await server.ProveAsync(owner, "shop.rightful.example")).Status.ShouldBe("proven");
        (await squatter.Admin.Client.GetAsync("/api/audit?limit=200", Cancelled).ReadAsync<Page<AuditEntryResponse>>()).Items.ShouldContain(entry => entry.Action == "domain.removed");
    }

    private async Task<long> VersionAsync(TestTenant tenant) => (await server.SuperAdmin.GetAsync($"/api/tenants/{tenant.Slug}", Cancelled).ReadAsync<TenantResponse>()).Version;

    private Task<HttpResponseMessage> AllowedAsync(string host) => server.Nobody.GetAsync($"/api/domains/allowed?domain={Uri.EscapeDataString(host)}", Cancelled);

    /// <summary>What a tenant's admin is answered at a host; a char is a byte.</summary>
    private Task<RawAnswer> AskAsync(TestTenant tenant, string host, params string[] headers) =>
        RawHttp.SendAsync(server.Address, "GET /api/members", [$"Host: {host}", $"Authorization: {tenant.Admin.Client.DefaultRequestHeaders.Authorization}", .. headers], body: null, Cancelled);
}
