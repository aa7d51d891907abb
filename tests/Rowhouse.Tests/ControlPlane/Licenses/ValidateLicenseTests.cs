using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Licenses;

public sealed class ValidateLicenseTests(LicenseServer server) : IClassFixture<LicenseServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Days_begin_and_end_where_the_tenant_is()
    {
        await server.MoveToAsync("2026-06-02T00:00:00Z");
        var auckland = await server.TenantAsync("Pacific/Auckland", LicenseServer.License("2026-06-26", "2026-06-26"));
        var angeles = await server.TenantAsync("America/Los_Angeles", LicenseServer.License("2026-06-01", "2026-06-26"));

        foreach (var (at, inAuckland, inAngeles) in new[]
        {
            ("2026-06-25T11:59:59Z", "upcoming", "active"),
            ("2026-06-25T12:00:00Z", "active", "active"),
            ("2026-06-26T11:59:59Z", "active", "active"),
            ("2026-06-26T12:00:00Z", "expired", "active"),
            ("2026-06-27T06:59:59Z", "expired", "active"),
            ("2026-06-27T07:00:00Z", "expired", "expired"),
        })
        {
            await server.MoveToAsync(at);
            foreach (var (tenant, state) in new[] { (auckland, inAuckland), (angeles, inAngeles) })
            {
                var answer = await server.ValidateAsync(tenant);
                (answer.Valid, answer.Code).ShouldBe((state == "active", state == "active" ? "valid" : state), $"{tenant.TimeZone} at {at}");
                answer.License.ShouldNotBeNull().State.ShouldBe(state);
                (await server.PageAsync(tenant)).Items.Single().State.ShouldBe(state);
            }
        }
    }

    [Fact]
    public async Task The_first_of_all_that_is_wrong_is_told_and_mended_the_next_one()
    {
        var today = DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime);
        var tenant = await server.TenantAsync();
        await server.ListAsync("enterprises", "ENT-CHECKED");
        object question = new { enterpriseId = "ENT-CHECKED", scope = new[] { "emea", "apac" }, entitlement = "cardvault", users = 7 };
        LicenseResponse? license = null;
        await ShouldBeAsync("not-found");

        license = await server.AddedAsync(tenant, LicenseServer.License() with
        {
            EnterpriseId = "ENT-CHECKED", StartDate = today.AddDays(1), EndDate = today.AddDays(9), Suspended = true, Seats = 5, Overage = "1.25", Scope = ["emea"],
        });
        await server.SuperAdmin.PatchAsJsonAsync("/api/enterprises/ENT-CHECKED", new { banned = true }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await ShouldBeAsync("banned");
        (await server.PageAsync(tenant)).Items.Single().State.ShouldBe("banned");
        await server.SuperAdmin.PatchAsJsonAsync("/api/enterprises/ENT-CHECKED", new { banned = false }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await ShouldBeAsync("suspended");
        await MendAsync(new { suspended = false });
        await ShouldBeAsync("upcoming");
        await MendAsync(new { startDate = today.AddDays(-9), endDate = today.AddDays(-1) });
        await ShouldBeAsync("expired");
        await MendAsync(new { gracePeriodDays = 1 });
        await ShouldBeAsync("entitlement-missing");
        await server.SuperAdmin.PostAsJsonAsync($"/api/tenants/{tenant.Id}/subscriptions", new { product = "cardvault" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        await ShouldBeAsync("scope-mismatch");
        await MendAsync(new { scope = new[] { "emea", "apac" } });
        await ShouldBeAsync("too-many-users");
        question = new { enterpriseId = "ENT-CHECKED", scope = new[] { "apac" }, entitlement = "cardvault", users = 6 };
        var valid = await server.ValidateAsync(tenant, question);
        (valid.Valid, valid.Code, valid.License.ShouldNotBeNull().State).ShouldBe((true, "valid", "grace"));

        Task MendAsync(object change) => server.ChangeAsync(tenant, license.Id, change).ShouldBeAsync(HttpStatusCode.OK);

        async Task ShouldBeAsync(string code)
        {
            var answer = await server.ValidateAsync(tenant, question);
            (answer.Valid, answer.Code).ShouldBe((false, code));
            answer.Detail.ShouldNotBeNullOrEmpty();
            answer.License?.Id.ShouldBe(license!.Id);
            (answer.License is null).ShouldBe(code == "not-found");
        }
    }

    [Fact]
    public async Task Of_licenses_for_one_thing_the_one_that_began_last_counts()
    {
        var today = DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime);
        var tenant = await server.TenantAsync();
        var next = await AddAsync(20, 29);
        (await CheckedAsync()).ShouldBe(("upcoming", next));
        await AddAsync(30, 39);
        (await CheckedAsync()).ShouldBe(("upcoming", next));
        var last = await AddAsync(-20, -10);
        (await CheckedAsync()).ShouldBe(("expired", last));
        var current = await AddAsync(-5, 5);
        (await CheckedAsync()).ShouldBe(("valid", current));

        async Task<Guid?> AddAsync(int from, int to) => (await server.AddedAsync(tenant, LicenseServer.License() with { StartDate = today.AddDays(from), EndDate = today.AddDays(to) })).Id;

        async Task<(string, Guid?)> CheckedAsync()
        {
            var answer = await server.ValidateAsync(tenant);
            return (answer.Code, answer.License?.Id);
        }
    }

    [Fact]
    public async Task Another_tenants_license_is_no_license()
    {
        await server.TenantAsync(licenses: LicenseServer.License() with { StartDate = DateOnly.MinValue, EndDate = DateOnly.MaxValue });

        (await server.ValidateAsync(await server.TenantAsync())).Code.ShouldBe("not-found");
    }

    [Fact]
    public async Task A_question_that_is_wrong_names_every_field()
    {
        var tenant = await server.TenantAsync();

        var problem = await server.SuperAdmin.PostAsJsonAsync($"/api/tenants/{tenant.Id}/licenses/validate", new { enterpriseId = "", users = -1, scope = new[] { "a", "a" }, entitlement = "" }, Cancelled)
            .ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");

        problem.Fields().ShouldBe(["enterpriseId", "entitlement", "productId", "scope[1]", "serviceId", "users"]);
    }
}
