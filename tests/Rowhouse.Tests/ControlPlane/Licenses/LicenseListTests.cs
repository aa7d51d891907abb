using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Licenses;

/// <summary>The enterprises, products and services that licenses name.</summary>
public sealed class LicenseListTests(LicenseServer server) : IClassFixture<LicenseServer>
{
    private const string Invalid = "urn:rowhouse:request:invalid";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Lists => new() { { "enterprises", "enterpriseId", "enterprise" }, { "licensed-products", "productId", "licensed-product" }, { "licensed-services", "serviceId", "licensed-service" } };

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task An_entry_is_added_listed_changed_and_recorded(string list, string field, string act)
    {
        field.ShouldNotBeEmpty();
        var made = await server.SuperAdmin.PostAsJsonAsync($"/api/{list}", new { id = "ACME:eu-1", name = " Acme " }, Cancelled).ReadAsync<JsonElement>(HttpStatusCode.Created);
        (made.GetProperty("id").GetString(), made.GetProperty("name").GetString(), made.GetProperty("active").GetBoolean(), made.GetProperty("version").GetInt64()).ShouldBe(("ACME:eu-1", "Acme", true, 1));

        // As it is given: another case is another id.
        await server.SuperAdmin.PostAsJsonAsync($"/api/{list}", new { id = "acme:eu-1", name = "Acme", active = false }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        await server.SuperAdmin.PostAsJsonAsync($"/api/{list}", new { id = "ACME:eu-1", name = "Other" }, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:licenses:already-listed");
        (await server.SuperAdmin.GetAsync($"/api/{list}?sort=name&limit=200", Cancelled).ReadAsync<Page<JsonElement>>()).Items.Select(entry => entry.GetProperty("id").GetString()).Where(id => id!.Contains(":eu", StringComparison.Ordinal)).ShouldBe(["ACME:eu-1", "acme:eu-1"]); // each has one

        await ChangeAsync(list, "ACME:eu-1", new { }, "\"1\"").ShouldBeAsync(HttpStatusCode.OK);
        (await ChangeAsync(list, "ACME:eu-1", new { name = "Acme Europe", active = false }, "\"1\"").ReadAsync<JsonElement>()).GetProperty("version").GetInt64().ShouldBe(2);
        await ChangeAsync(list, "ACME:eu-1", new { name = "Late" }, "\"1\"").ProblemAsync(HttpStatusCode.PreconditionFailed, "urn:rowhouse:request:changed-meanwhile");
        (await ChangeAsync(list, "ACME:eu-1", new { id = "other", name = "" }).ProblemAsync(HttpStatusCode.BadRequest, Invalid)).Fields().ShouldBe(["id", "name"]);
        (await ChangeAsync(list, "ACME:eu-1", new Dictionary<string, string> { ["Name"] = "x" }).ProblemAsync(HttpStatusCode.BadRequest, Invalid)).Fields().ShouldBe(["Name"]);
        await ChangeAsync(list, "nobody", new { name = "x" }).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:licenses:unknown-entry");

        var acts = (await server.SuperAdmin.GetAsync($"/api/platform/audit?action={act}.changed", Cancelled).ReadAsync<Page<AuditEntryResponse>>()).Items;
        acts.ShouldHaveSingleItem().Subject.ShouldBe("ACME:eu-1");
        (await server.SuperAdmin.GetAsync($"/api/platform/audit?action={act}.added", Cancelled).ReadAsync<Page<AuditEntryResponse>>()).Items.Count.ShouldBeGreaterThanOrEqualTo(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("a\n")]
    public async Task An_id_that_no_address_can_carry_is_refused(string id)
    {
        foreach (var list in new[] { "enterprises", "licensed-products", "licensed-services" })
        {
            (await server.SuperAdmin.PostAsJsonAsync($"/api/{list}", new { id, name = "Name" }, Cancelled).ProblemAsync(HttpStatusCode.BadRequest, Invalid)).Fields().ShouldBe(["id"]);
        }
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task What_is_not_active_is_in_no_new_license_and_stays_in_those_that_there_are(string list, string field, string act)
    {
        act.ShouldNotBeEmpty();
        await server.ListAsync(list, "fading");
        var tenant = await server.TenantAsync();
        var license = JsonSerializer.SerializeToNode(LicenseServer.License(), JsonSerializerOptions.Web)!.AsObject(); // an object
        license[field] = "fading";
        var made = await server.AddedAsync(tenant, license);
        await ChangeAsync(list, "fading", new { active = false }).ShouldBeAsync(HttpStatusCode.OK);

        var problem = await server.AddAsync(await server.TenantAsync(), license).ProblemAsync(HttpStatusCode.BadRequest, Invalid);
        problem.Fields().ShouldBe([field]);
        problem.GetProperty("errors").GetProperty(field)[0].GetString().ShouldNotBeNull().ShouldContain("'fading' is not active");
        (await server.ChangeAsync(tenant, made.Id, new { seats = 3 }).ReadAsync<LicenseResponse>()).Seats.ShouldBe(3);
    }

    [Fact]
    public async Task Of_many_that_ask_for_one_id_at_once_one_gets_it_and_changes_at_once_are_all_kept()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => server.SuperAdmin.PostAsJsonAsync("/api/enterprises", new { id = "raced", name = $"Race {i}" }, Cancelled)));
        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.Created, .. Enumerable.Repeat(HttpStatusCode.Conflict, 5)]);

        var changes = await Task.WhenAll(
            ChangeAsync("enterprises", "raced", new { name = "Raced" }), ChangeAsync("enterprises", "raced", new { active = false }), ChangeAsync("enterprises", "raced", new { banned = true }));
        changes.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        (await ChangeAsync("enterprises", "raced", new { }).ReadAsync<EnterpriseResponse>()).ShouldBe(new("raced", "Raced", false, true, 4));
    }

    private Task<HttpResponseMessage> ChangeAsync(string list, string id, object change, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/{list}/{id}") { Content = JsonContent.Create(change) };
        if (ifMatch is not null)
        {
            request.Headers.Add("If-Match", ifMatch);
        }

        return server.SuperAdmin.SendAsync(request, Cancelled);
    }
}
