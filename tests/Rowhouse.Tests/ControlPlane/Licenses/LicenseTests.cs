using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Licenses;

public sealed class LicenseTests(LicenseServer server) : IClassFixture<LicenseServer>
{
    private const string Invalid = "urn:rowhouse:request:invalid";
    private const string Overlap = "urn:rowhouse:licenses:overlap";
    private const string UnknownTenant = "urn:rowhouse:tenancy:unknown-tenant";
    private const string UnknownLicense = "urn:rowhouse:licenses:unknown-license";

    private static readonly object Question = new { enterpriseId = LicenseServer.Enterprise, productId = LicenseServer.Product, serviceId = LicenseServer.Service };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_license_is_kept_with_all_it_says_and_read_again()
    {
        var tenant = await server.TenantAsync();

        var made = await server.AddedAsync(tenant, LicenseServer.License() with { ContactFullName = " Lee ", Seats = 5, Overage = "1.25", Scope = ["emea", "apac"], GracePeriodDays = 7 });

        (made.ContactFullName, made.Seats, made.Overage, made.GracePeriodDays, made.State, made.Version).ShouldBe(("Lee", 5, "1.25", 7, "active", 1));
        made.Scope.ShouldBe(["emea", "apac"]);
        foreach (var path in new[] { $"/api/tenants/{tenant.Slug}", $"/api/accounts/{tenant.Id}" })
        {
            using var answer = await server.SuperAdmin.GetAsync($"{path}/licenses/{made.Id}", Cancelled);
            answer.Headers.ETag.ShouldNotBeNull().Tag.ShouldBe("\"1\"");
            var read = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).ToString();
            read.ShouldBe(JsonSerializer.SerializeToElement(made, JsonSerializerOptions.Web).ToString());
            read.ShouldContain("\"startDate\":\"2026-01-01\"");
        }

        (await server.PageAsync(tenant)).Items.ShouldHaveSingleItem().Id.ShouldBe(made.Id);
    }

    [Fact]
    public async Task An_empty_overage_is_none_of_the_words()
    {
        var tenant = await server.TenantAsync();

        var problem = await server.SuperAdmin.PostTextAsync($"/api/tenants/{tenant.Id}/licenses", "{\"overage\":\"\"}").ProblemAsync(HttpStatusCode.BadRequest, Invalid);

        problem.Fields().ShouldContain("overage");
        (await server.SuperAdmin.PostTextAsync("/api/tenants", "{\"name\":\"Empty Overage\",\"licenses\":[{\"overage\":\"\"}]}").ProblemAsync(HttpStatusCode.BadRequest, Invalid)).Fields().ShouldContain("licenses[0].overage");
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_named_at_once_and_nothing_is_kept()
    {
        var tenant = await server.TenantAsync();
        var body = $$"""{"enterpriseId":"nobody's","productId":"","startDate":"2026-02-02","endDate":"2026-02-01","contactFullName":" ","contactEmail":"x","seats":0,"overage":"3","scope":["a","a"," ","{{new string('s', 101)}}"],"gracePeriodDays":366}""";

        var problem = await server.SuperAdmin.PostTextAsync($"/api/tenants/{tenant.Id}/licenses", body).ProblemAsync(HttpStatusCode.BadRequest, Invalid);

        problem.Fields().ShouldBe(["contactEmail", "contactFullName", "endDate", "enterpriseId", "gracePeriodDays", "overage", "productId", "scope[1]", "scope[2]", "scope[3]", "seats", "serviceId"]);
        problem.GetProperty("errors").GetProperty("enterpriseId")[0].GetString().ShouldNotBeNull().ShouldContain("'nobody's'");
        (await server.PageAsync(tenant)).Items.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"seats":"5"}""")]
    [InlineData("""{"seats":5.5}""")]
    [InlineData("""{"seats":99999999999}""")]
    [InlineData("""{"startDate":"01.02.2026"}""")]
    [InlineData("""{"startDate":"2026-02-30"}""")]
    [InlineData("""{"contactFullName":"nul\u0000nul"}""")]
    [InlineData("""{"contactFullName":"lone\ud800"}""")]
    [InlineData("""{"scope":["nul\u0000"]}""")]
    [InlineData("""{"scope":"emea"}""")]
    [InlineData("""{"tenantId":"x"}""")]
    [InlineData("""{"state":"active"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task What_cannot_be_read_is_a_400_for_a_new_license_and_for_a_change(string body)
    {
        var tenant = await server.TenantAsync();
        var made = await server.AddedAsync(tenant, LicenseServer.License());

        await server.SuperAdmin.PostTextAsync($"/api/tenants/{tenant.Id}/licenses", body).ShouldBeAsync(HttpStatusCode.BadRequest);
        using var change = new HttpRequestMessage(HttpMethod.Patch, $"/api/tenants/{tenant.Id}/licenses/{made.Id}") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        await server.SuperAdmin.SendAsync(change, Cancelled).ShouldBeAsync(HttpStatusCode.BadRequest);
        (await server.PageAsync(tenant)).Items.ShouldHaveSingleItem().Version.ShouldBe(1);
    }

    [Fact]
    public async Task Licenses_made_with_a_tenant_are_kept_with_it_or_refused_with_it()
    {
        var tenant = await server.TenantAsync("Pacific/Auckland", LicenseServer.License(), LicenseServer.License("2027-01-01", "2027-12-31"));
        (await server.PageAsync(tenant)).Items.Select(license => license.State).ShouldBe(["active", "upcoming"]);

        var wrong = new
        {
            name = "Refused With Licenses",
            currency = "XQZ",
            licenses = new object?[]
            {
                LicenseServer.License(),
                LicenseServer.License("2026-12-31", "2027-01-31"),
                LicenseServer.License("2030-02-02", "2030-02-01"),
                null,
                LicenseServer.License("2031-01-01", "2031-01-01") with { ServiceId = "no-such", Scope = ["a", "a"] },
            },
        };
        var problem = await server.SuperAdmin.PostAsJsonAsync("/api/accounts", wrong, Cancelled).ProblemAsync(HttpStatusCode.BadRequest, Invalid);
        problem.Fields().ShouldBe(["currency", "licenses[1].startDate", "licenses[2].endDate", "licenses[3]", "licenses[4].scope[1]", "licenses[4].serviceId"]);
        await server.SuperAdmin.GetAsync("/api/tenants/refused-with-licenses", Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Many_wrong_licenses_are_a_400_too()
    {
        var licenses = Enumerable.Repeat(new { }, 20).ToList();
        await server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = "Twenty", licenses }, Cancelled).ProblemAsync(HttpStatusCode.BadRequest, Invalid);

        var problem = await server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = "Too Many", licenses = Enumerable.Repeat(new { }, 5_000) }, Cancelled).ProblemAsync(HttpStatusCode.BadRequest, Invalid);
        problem.Fields().ShouldBe(["licenses"]);
    }

    [Fact]
    public async Task A_license_that_overlaps_is_refused_by_the_other_ones_id_and_one_that_adjoins_is_not()
    {
        var tenant = await server.TenantAsync();
        var first = await server.AddedAsync(tenant, LicenseServer.License("2026-03-01", "2026-03-31") with { GracePeriodDays = 30 });

        foreach (var (start, end) in new[] { ("2026-03-31", "2026-04-30"), ("2026-02-01", "2026-03-01"), ("2026-03-10", "2026-03-10"), ("2026-01-01", "2026-12-31"), ("2026-03-01", "2026-03-31") })
        {
            var problem = await server.AddAsync(tenant, LicenseServer.License(start, end)).ProblemAsync(HttpStatusCode.Conflict, Overlap);
            problem.GetProperty("licenseId").GetGuid().ShouldBe(first.Id);
            problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(first.Id.ToString());
        }

        await server.AddedAsync(tenant, LicenseServer.License("2026-04-01", "2026-04-30"));
        var before = await server.AddedAsync(tenant, LicenseServer.License("2026-02-01", "2026-02-28"));
        await server.ListAsync("licensed-services", "serv-overlap");
        await server.AddedAsync(tenant, LicenseServer.License("2026-03-01", "2026-03-31") with { ServiceId = "serv-overlap" });
        await server.AddedAsync(await server.TenantAsync(), LicenseServer.License("2026-03-01", "2026-03-31"));

        (await server.ChangeAsync(tenant, before.Id, new { endDate = "2026-03-01" }).ProblemAsync(HttpStatusCode.Conflict, Overlap)).GetProperty("licenseId").GetGuid().ShouldBe(first.Id);
        (await server.ChangeAsync(tenant, first.Id, new { startDate = "2026-03-02" }).ReadAsync<LicenseResponse>()).Version.ShouldBe(2);
        (await server.ChangeAsync(tenant, before.Id, new { endDate = "2026-03-01" }).ReadAsync<LicenseResponse>()).EndDate.ShouldBe(new(2026, 3, 1));
    }

    [Fact]
    public async Task Of_two_that_overlap_at_once_one_is_kept()
    {
        for (var round = 0; round < 20; round++)
        {
            var tenant = await server.TenantAsync();
            var answers = await Task.WhenAll(
                server.AddAsync(tenant, LicenseServer.License("2026-01-01", "2026-06-30")),
                server.AddAsync(tenant, LicenseServer.License("2026-06-30", "2026-12-31")));

            answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.Created, HttpStatusCode.Conflict]);
            (await server.PageAsync(tenant)).Items.ShouldHaveSingleItem();
        }
    }

    [Fact]
    public async Task Of_two_changes_at_once_that_would_overlap_one_is_made()
    {
        for (var round = 0; round < 20; round++)
        {
            var tenant = await server.TenantAsync(licenses: [LicenseServer.License("2026-01-01", "2026-01-31"), LicenseServer.License("2026-03-01", "2026-03-31")]);
            var licenses = (await server.PageAsync(tenant)).Items;
            var answers = await Task.WhenAll(
                server.ChangeAsync(tenant, licenses[0].Id, new { endDate = "2026-02-15" }),
                server.ChangeAsync(tenant, licenses[1].Id, new { startDate = "2026-02-15" }));

            answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.OK, HttpStatusCode.Conflict]);
        }
    }

    [Fact]
    public async Task Changes_at_once_of_different_fields_are_all_kept()
    {
        var tenant = await server.TenantAsync();
        var made = await server.AddedAsync(tenant, LicenseServer.License());

        var answers = await Task.WhenAll(
            server.ChangeAsync(tenant, made.Id, new { seats = 9 }),
            server.ChangeAsync(tenant, made.Id, new { overage = "2" }),
            server.ChangeAsync(tenant, made.Id, new { suspended = true }),
            server.ChangeAsync(tenant, made.Id, new { scope = new[] { "emea" } }),
            server.ChangeAsync(tenant, made.Id, new { contactFullName = "Kim" }));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        var read = (await server.PageAsync(tenant)).Items.Single();
        (read.Seats, read.Overage, read.Suspended, read.ContactFullName, read.Version, read.State).ShouldBe((9, "2", true, "Kim", 6, "suspended"));
        read.Scope.ShouldBe(["emea"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"startDate":"2026-01-01","contactFullName":" Lee Contact ","overage":null,"seats":null,"scope":null,"suspended":false}""")]
    public async Task A_change_of_nothing_keeps_the_version_and_is_not_recorded(string body)
    {
        var tenant = await server.TenantAsync();
        var made = await server.AddedAsync(tenant, LicenseServer.License());

        (await server.ChangeAsync(tenant, made.Id, JsonSerializer.Deserialize<JsonElement>(body)).ReadAsync<LicenseResponse>()).Version.ShouldBe(1);
        (await ActsAsync(tenant, "license.changed")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_change_merges_takes_away_by_null_and_is_checked_as_a_whole()
    {
        var tenant = await server.TenantAsync();
        var made = await server.AddedAsync(tenant, LicenseServer.License() with { Seats = 5, Scope = ["emea"], Overage = "2" });

        var changed = await server.ChangeAsync(tenant, made.Id, new { seats = (int?)null, scope = (string[]?)null, overage = (string?)null, endDate = "2027-12-31" }, "\"1\"").ReadAsync<LicenseResponse>();
        (changed.Seats, changed.Overage, changed.EndDate, changed.Version).ShouldBe((null, "none", new DateOnly(2027, 12, 31), 2));
        changed.Scope.ShouldBeEmpty();

        (await server.ChangeAsync(tenant, made.Id, new Dictionary<string, object> { ["endDate"] = "2025-12-31", ["Seats"] = 1 }).ProblemAsync(HttpStatusCode.BadRequest, Invalid)).Fields().ShouldBe(["Seats"]);
        (await server.ChangeAsync(tenant, made.Id, new { endDate = "2025-12-31", contactEmail = (string?)null, enterpriseId = "nobody" }).ProblemAsync(HttpStatusCode.BadRequest, Invalid)).Fields().ShouldBe(["contactEmail", "endDate", "enterpriseId"]);
        await server.ChangeAsync(tenant, made.Id, new { seats = 6 }, "\"1\"").ProblemAsync(HttpStatusCode.PreconditionFailed, "urn:rowhouse:request:changed-meanwhile");
        await server.ChangeAsync(tenant, Guid.CreateVersion7(DateTimeOffset.UnixEpoch), new { seats = 6 }).ProblemAsync(HttpStatusCode.NotFound, UnknownLicense);
        (await server.PageAsync(tenant)).Items.Single().Version.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_done_is_recorded_with_before_and_after()
    {
        var tenant = await server.TenantAsync();
        var made = await server.AddedAsync(tenant, LicenseServer.License());
        await server.ChangeAsync(tenant, made.Id, new { seats = 77 }).ShouldBeAsync(HttpStatusCode.OK);

        (await ActsAsync(tenant, "license.added")).ShouldHaveSingleItem().Subject.ShouldBe(made.Id.ToString());
        var changed = (await ActsAsync(tenant, "license.changed")).ShouldHaveSingleItem().Details.ShouldNotBeNull();
        changed.GetProperty("before").GetProperty("seats").ValueKind.ShouldBe(JsonValueKind.Null);
        changed.GetProperty("after").GetProperty("seats").GetInt32().ShouldBe(77);
    }

    [Fact]
    public async Task Admins_read_the_licenses_of_their_own_tenant_and_change_none()
    {
        var (tenant, other) = (await server.CreateTenantAsync("License Reader"), await server.CreateTenantAsync("License Stranger"));
        var viewer = await tenant.AddMemberAsync("viewer");
        var (own, foreign) = (await server.AddedAsync(tenant.Tenant, LicenseServer.License()), await server.AddedAsync(other.Tenant, LicenseServer.License()));
        string At(TestTenant of, string rest = "") => $"/api/tenants/{of.Id}/licenses{rest}";

        var admin = tenant.Admin.Client;
        (await admin.GetAsync(At(tenant), Cancelled).ReadAsync<Page<LicenseResponse>>()).Items.ShouldHaveSingleItem().Id.ShouldBe(own.Id);
        await admin.GetAsync(At(tenant, $"/{own.Id}"), Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        (await admin.PostAsJsonAsync(At(tenant, "/validate"), Question, Cancelled).ReadAsync<LicenseValidationResponse>()).Valid.ShouldBeTrue();

        // Of another tenant nothing, not even that it is there; nor its license under one's own name.
        await admin.GetAsync(At(tenant, $"/{foreign.Id}"), Cancelled).ProblemAsync(HttpStatusCode.NotFound, UnknownLicense);
        await server.ChangeAsync(tenant.Tenant, foreign.Id, new { seats = 1 }).ProblemAsync(HttpStatusCode.NotFound, UnknownLicense);
        foreach (var path in new[] { At(other), $"/api/accounts/{other.Slug}/licenses", At(other, $"/{foreign.Id}"), "/api/tenants/nobody/licenses" })
        {
            await admin.GetAsync(path, Cancelled).ProblemAsync(HttpStatusCode.NotFound, UnknownTenant);
        }

        await admin.PostAsJsonAsync(At(other, "/validate"), Question, Cancelled).ProblemAsync(HttpStatusCode.NotFound, UnknownTenant);
        await server.SuperAdmin.GetAsync("/api/tenants/nobody/licenses", Cancelled).ProblemAsync(HttpStatusCode.NotFound, UnknownTenant);

        foreach (var (client, status) in new[] { (admin, HttpStatusCode.Forbidden), (viewer.Client, HttpStatusCode.Forbidden), (server.Nobody, HttpStatusCode.Unauthorized) })
        {
            await client.PostAsJsonAsync(At(tenant), LicenseServer.License("2030-01-01", "2030-12-31"), Cancelled).ShouldBeAsync(status);
            await client.PatchAsJsonAsync(At(tenant, $"/{own.Id}"), new { seats = 1 }, Cancelled).ShouldBeAsync(status);
            foreach (var list in new[] { "enterprises", "licensed-products", "licensed-services" })
            {
                await client.GetAsync($"/api/{list}", Cancelled).ShouldBeAsync(status);
                await client.PostAsJsonAsync($"/api/{list}", new { id = "mine", name = "Mine" }, Cancelled).ShouldBeAsync(status);
                await client.PatchAsJsonAsync($"/api/{list}/{LicenseServer.Enterprise}", new { active = false }, Cancelled).ShouldBeAsync(status);
            }
        }

        foreach (var (client, status) in new[] { (viewer.Client, HttpStatusCode.Forbidden), (server.Nobody, HttpStatusCode.Unauthorized) })
        {
            await client.GetAsync(At(tenant), Cancelled).ShouldBeAsync(status);
            await client.GetAsync(At(tenant, $"/{own.Id}"), Cancelled).ShouldBeAsync(status);
            await client.PostAsJsonAsync(At(tenant, "/validate"), Question, Cancelled).ShouldBeAsync(status);
        }

        (await server.PageAsync(tenant.Tenant)).Items.ShouldHaveSingleItem().Version.ShouldBe(1);
    }

    [Theory]
    [InlineData("startDate")]
    [InlineData("-startDate")]
    [InlineData("endDate")]
    [InlineData("-endDate")]
    public async Task A_list_is_paged_by_its_order_and_id_and_gives_each_license_once(string sort)
    {
        // Of equal days, so that the id decides; and the last day that there is.
        var tenant = await server.TenantAsync();
        for (var i = 0; i < 5; i++)
        {
            await server.SuperAdmin.PostAsJsonAsync("/api/licensed-services", new { id = $"page-{i}", name = "Page" }, Cancelled);
            await server.AddedAsync(tenant, LicenseServer.License("2026-01-01", "9999-12-31") with { ServiceId = $"page-{i}" });
        }

        await server.AddedAsync(tenant, LicenseServer.License("2025-01-01", "2025-12-31"));
        List<Guid> seen = [];
        string? after = null;
        do
        {
            var page = await server.PageAsync(tenant, $"?limit=2&count=true&sort={sort}{(after is null ? "" : $"&after={after}")}");
            (page.Items.Count, page.Total).ShouldBe((2, 6));
            seen.AddRange(page.Items.Select(license => license.Id));
            after = page.Next;
        }
        while (after is not null);

        seen.Distinct().Count().ShouldBe(6);
        seen.ShouldBe((await server.PageAsync(tenant, $"?sort={sort}")).Items.Select(license => license.Id));
        await server.SuperAdmin.GetAsync($"/api/tenants/{tenant.Id}/licenses?sort=seats", Cancelled).ProblemAsync(HttpStatusCode.BadRequest, Invalid);
    }

    private async Task<IReadOnlyList<AuditEntryResponse>> ActsAsync(TenantResponse tenant, string action) =>
        [.. (await server.SuperAdmin.GetAsync($"/api/platform/audit?action={action}&limit=200", Cancelled).ReadAsync<Page<AuditEntryResponse>>()).Items.Where(entry => entry.TenantId == tenant.Id)];
}
