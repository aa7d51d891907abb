using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>What a tenant says of itself, changed.</summary>
public sealed class ChangeTenantTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_named_changes_and_the_rest_stays()
    {
        var made = await CreateAsync(new
        {
            name = "Before",
            masterAccountName = "Before Holding",
            timeZone = "Europe/London",
            addresses = new[] { new { line1 = "1 High Street", city = "Leeds", postalCode = "LS1", country = "GB" } },
            technicalUser = new { name = "Ann", email = "ann@example.com" },
        });

        var changed = await PatchAsync(made.Slug, """{"name":" After ","currency":"EUR","technicalUser":{"name":"Bob"},"addresses":null}""").ReadAsync<TenantResponse>();

        (changed.Name, changed.Currency, changed.TimeZone, changed.MasterAccountName).ShouldBe(("After", "EUR", "Europe/London", "Before Holding"));
        changed.TechnicalUser.ShouldBe(new TechnicalUser { Name = "Bob", Email = "ann@example.com" });
        changed.Addresses.ShouldBeEmpty();
        changed.Version.ShouldBe(made.Version + 1);
        var read = await server.SuperAdmin.GetAsync($"/api/accounts/{made.Id}", Cancelled).ReadAsync<TenantResponse>();
        (read.Name, read.Slug, read.Version).ShouldBe(("After", made.Slug, changed.Version));
        (await server.SuperAdmin.GetAsync("/api/tenants?search=after", Cancelled).ReadAsync<Page<TenantResponse>>()).Items.ShouldContain(tenant => tenant.Id == made.Id);
    }

    [Fact]
    public async Task What_changes_nothing_leaves_no_trace()
    {
        var made = await CreateAsync(new { name = "Unchanged" });

        foreach (var patch in new[] { "{}", """{"name":"Unchanged"}""", """{"name":"Unchanged "}""", """{"masterAccountName":null}""" })
        {
            (await PatchAsync(made.Slug, patch).ReadAsync<TenantResponse>()).Version.ShouldBe(made.Version, patch);
        }
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once_and_nothing_changes()
    {
        var made = await CreateAsync(new { name = "Refused" });

        var problem = await PatchAsync(made.Slug, """{"name":null,"timeZone":"Mars/Olympus","currency":"XQZ","locale":"tlh-KLINGON-x","technicalUser":{"name":"","email":"none"},"addresses":[{"line1":""}]}""")
            .ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");

        problem.Fields().ShouldBe(["addresses[0].city", "addresses[0].country", "addresses[0].line1", "addresses[0].postalCode", "currency", "locale", "name", "technicalUser.email", "technicalUser.name", "timeZone"]);
        (await server.SuperAdmin.GetAsync($"/api/tenants/{made.Id}", Cancelled).ReadAsync<TenantResponse>()).Version.ShouldBe(made.Version);
    }

    [Theory]
    [InlineData("""{"slug":"another"}""", "slug")]
    [InlineData("""{"status":"active"}""", "status")]
    [InlineData("""{"cloudType":"private"}""", "cloudType")]
    [InlineData("""{"Name":"x"}""", "Name")]
    [InlineData("""{"deletionProtection":"perhaps"}""", "deletionProtection")]
    [InlineData("""{"addresses":{"line1":"x"}}""", "addresses")]
    public async Task What_cannot_be_changed_so_is_named(string patch, string field)
    {
        var made = await CreateAsync(new { name = "Fixed" });

        (await PatchAsync(made.Slug, patch).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe([field]);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    public async Task What_is_no_change_is_refused(string patch)
    {
        var made = await CreateAsync(new { name = "No Change" });

        await PatchAsync(made.Slug, patch).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:malformed");
    }

    [Fact]
    public async Task A_master_account_name_belongs_to_one_tenant()
    {
        await CreateAsync(new { name = "Has It", masterAccountName = "The Holding" });
        var other = await CreateAsync(new { name = "Wants It" });

        var problem = await PatchAsync(other.Slug, """{"masterAccountName":"the holding"}""").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:identifier-taken");

        problem.Fields().ShouldBe(["masterAccountName"]);
    }

    [Fact]
    public async Task Of_many_that_ask_for_one_master_account_name_at_once_one_gets_it()
    {
        var tenants = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => CreateAsync(new { name = $"Racer {number}" })));

        var answers = await Task.WhenAll(tenants.Select(tenant => PatchAsync(tenant.Slug, """{"masterAccountName":"The Prize"}""")));

        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.OK, .. Enumerable.Repeat(HttpStatusCode.Conflict, 3)]);
    }

    [Fact]
    public async Task A_change_of_what_was_not_seen_is_refused()
    {
        var made = await CreateAsync(new { name = "Not Seen Yet" });
        using var request = Patch(made.Slug, """{"name":"Seen"}""");
        request.Headers.Add("If-Match", "\"7\"");

        await server.SuperAdmin.SendAsync(request, Cancelled).ProblemAsync(HttpStatusCode.PreconditionFailed, "urn:rowhouse:request:changed-meanwhile");
    }

    [Fact]
    public async Task A_deleted_tenant_changes_no_more()
    {
        var made = await CreateAsync(new { name = "Gone For Now", deletionProtection = false });
        await server.SuperAdmin.DeleteAsync($"/api/tenants/{made.Id}?confirm={made.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        await PatchAsync(made.Slug, """{"name":"Still Here"}""").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
        await PatchAsync(made.Slug, "{}").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
    }

    private Task<TenantResponse> CreateAsync(object request) => server.SuperAdmin.PostAsJsonAsync("/api/tenants", request, Cancelled).ReadAsync<TenantResponse>(HttpStatusCode.Created);

    private Task<HttpResponseMessage> PatchAsync(string tenant, string patch) => server.SuperAdmin.SendAsync(Patch(tenant, patch), Cancelled);

    private static HttpRequestMessage Patch(string tenant, string patch) =>
        new(HttpMethod.Patch, $"/api/tenants/{tenant}") { Content = new StringContent(patch, Encoding.UTF8, new MediaTypeHeaderValue("application/merge-patch+json")) };
}
