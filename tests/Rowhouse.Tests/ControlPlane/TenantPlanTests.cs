using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

public sealed class TenantPlanTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "starter")]
    [InlineData("starter", "starter")]
    [InlineData("professional", "professional")]
    [InlineData("enterprise", "enterprise")]
    public async Task A_plan_is_kept_and_shown_wherever_its_tenant_is(string? asked, string kept)
    {
        var made = await CreateAsync(new { name = $"Plan {asked}", plan = asked, products = new[] { "cardvault" } }).ReadAsync<TenantResponse>(HttpStatusCode.Created);

        made.Plan.ShouldBe(kept);
        (await server.SuperAdmin.GetAsync($"/api/tenants/{made.Slug}", Cancelled).ReadAsync<TenantResponse>()).Plan.ShouldBe(kept);
        (await server.SuperAdmin.GetAsync($"/api/accounts/{made.Id}", Cancelled).ReadAsync<TenantResponse>()).Plan.ShouldBe(kept);
        (await server.SuperAdmin.PostAsync($"/api/tenants/{made.Slug}/suspend", content: null, Cancelled).ReadAsync<TenantResponse>()).Plan.ShouldBe(kept);
        (await ListAsync($"search={made.Slug}&plan={kept}")).ShouldContain(tenant => tenant.Id == made.Id && tenant.Plan == kept);
        (await ListAsync($"search={made.Slug}&plan={(kept == "starter" ? "enterprise" : "starter")}")).ShouldNotContain(tenant => tenant.Id == made.Id);
    }

    [Theory]
    [InlineData("gold")]
    [InlineData("Starter")]
    [InlineData("starter ")]
    [InlineData("")]
    public async Task An_unknown_plan_is_refused_with_those_that_there_are_and_nothing_is_made(string plan)
    {
        var problem = await CreateAsync(new { name = "No Such Plan", plan }).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");

        problem.Fields().ShouldBe(["plan"]);
        problem.GetProperty("errors").GetProperty("plan")[0].GetString().ShouldNotBeNull().ShouldContain("starter, professional, enterprise");
        (await ListAsync("search=no-such-plan")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_plan_is_told_with_everything_else_that_is_wrong() =>
        (await CreateAsync(new { name = "", plan = new string('x', 41), currency = "XQZ" }).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["currency", "name", "plan"]);

    [Fact]
    public async Task A_list_of_an_unknown_plan_says_which_there_are() =>
        (await server.SuperAdmin.GetAsync("/api/tenants?plan=gold", Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["plan"]);

    [Fact]
    public async Task The_audit_says_which_plan_was_asked_for()
    {
        var made = await CreateAsync(new { name = "Audited Plan", plan = "professional" }).ReadAsync<TenantResponse>(HttpStatusCode.Created);

        var entries = await server.SuperAdmin.GetAsync($"/api/platform/audit?tenant={made.Id}", Cancelled).ReadAsync<Page<AuditEntryResponse>>();
        entries.Items.ShouldContain(entry => entry.TenantId == made.Id && entry.Details.ToString()!.Contains("professional"));
    }

    private async Task<IReadOnlyList<TenantResponse>> ListAsync(string query) => (await server.SuperAdmin.GetAsync($"/api/tenants?{query}", Cancelled).ReadAsync<Page<TenantResponse>>()).Items;

    private Task<HttpResponseMessage> CreateAsync(object body) => server.SuperAdmin.PostAsJsonAsync("/api/tenants", body, Cancelled);
}
