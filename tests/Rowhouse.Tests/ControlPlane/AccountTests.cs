using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>The body of clients that call a tenant an account.</summary>
public sealed class AccountTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Invalid = "urn:rowhouse:request:invalid";
    private const string Taken = "urn:rowhouse:tenants:identifier-taken";

    private static readonly TenantAddress harbour = new() { Line1 = "1 Harbour Street", City = "Leith", Region = "Edinburgh", PostalCode = "EH6 6AB", Country = "GB" };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Master_account_addresses_and_technical_user_are_kept_and_read_again()
    {
        var made = await CreateAsync(new
        {
            name = "Ku Bathrooms",
            masterAccountName = " Ku Group ",
            cloudType = "public",
            addresses = new object[] { harbour, new { line1 = "Büro 2", line2 = "Hof", city = "Köln", postalCode = "50667", country = "Germany" } },
            technicalUser = new { name = "Tina Tech", email = "tina@ku.example" },
            licenses = Array.Empty<object>(),
        }).ReadAsync<TenantResponse>(HttpStatusCode.Created);

        foreach (var path in new[] { $"/api/accounts/{made.Id}", $"/api/tenants/{made.Slug}" })
        {
            var read = await server.SuperAdmin.GetAsync(path, Cancelled).ReadAsync<TenantResponse>();
            (read.MasterAccountName, read.TechnicalUser).ShouldBe(("Ku Group", new TechnicalUser { Name = "Tina Tech", Email = "tina@ku.example" }));
            read.Addresses.ShouldBe([harbour, new() { Line1 = "Büro 2", Line2 = "Hof", City = "Köln", PostalCode = "50667", Country = "Germany" }]);
        }

        var listed = await server.SuperAdmin.GetAsync($"/api/accounts?search={made.Slug}", Cancelled).ReadAsync<Page<TenantResponse>>();
        listed.Items.ShouldHaveSingleItem().MasterAccountName.ShouldBe("Ku Group");
        (await server.SuperAdmin.PostAsync($"/api/accounts/{made.Id}/suspend", content: null, Cancelled).ReadAsync<TenantResponse>()).Addresses.ShouldNotBeNull().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_master_account_name_is_one_tenants_whatever_its_case()
    {
        await CreateAsync(new { name = "Owner", masterAccountName = "Müller Group" }).ShouldBeAsync(HttpStatusCode.Created);

        var problem = await CreateAsync(new { name = "Second", masterAccountName = "  MÜLLER group" }).ProblemAsync(HttpStatusCode.Conflict, Taken);
        problem.Fields().ShouldBe(["masterAccountName"]);
        (await CreateAsync(new { name = "Owner", slug = "owner", masterAccountName = "müller group" }).ProblemAsync(HttpStatusCode.Conflict, Taken)).Fields().ShouldBe(["masterAccountName", "slug"]);
        (await CreateAsync(new { name = "Second", masterAccountName = "müller group", currency = "XQZ" }).ProblemAsync(HttpStatusCode.BadRequest, Invalid)).Fields().ShouldBe(["currency", "masterAccountName"]);
        (await server.SuperAdmin.GetAsync("/api/tenants/second", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Of_many_that_ask_for_one_master_account_name_at_once_one_gets_it()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => CreateAsync(new { name = $"Race {i}", masterAccountName = i % 2 == 0 ? "Raced" : "RACED" })));

        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.Created, .. Enumerable.Repeat(HttpStatusCode.Conflict, 5)]);
    }

    [Fact]
    public async Task A_tenant_that_is_purged_leaves_its_master_account_name_to_others_and_one_that_is_deleted_does_not()
    {
        var gone = await CreateAsync(new { name = "Gone", masterAccountName = "Gone Group" }).ReadAsync<TenantResponse>(HttpStatusCode.Created);

        await BecomeAsync(gone.Id, deleted: true);
        await CreateAsync(new { name = "Heir", masterAccountName = "gone group" }).ProblemAsync(HttpStatusCode.Conflict, Taken);
        await BecomeAsync(gone.Id, deleted: false);
        await CreateAsync(new { name = "Heir", masterAccountName = "gone group" }).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Licenses_are_refused_by_ids_that_are_on_no_list_and_nothing_is_made()
    {
        var license = new { enterpriseId = "ent-1", productId = "prod-1", serviceId = "serv-1", startDate = "2026-01-01", endDate = "2026-12-31", contactFullName = "Lee", contactEmail = "lee@x.example" };

        var problem = await CreateAsync(new { name = "Licensed", licenses = new[] { license } }).ProblemAsync(HttpStatusCode.BadRequest, Invalid);

        problem.Fields().ShouldBe(["licenses[0].enterpriseId", "licenses[0].productId", "licenses[0].serviceId"]);
        problem.GetProperty("errors").GetProperty("licenses[0].enterpriseId")[0].GetString().ShouldNotBeNull().ShouldContain("'ent-1'");
        await server.SuperAdmin.GetAsync("/api/tenants/licensed", Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Every_part_that_is_wrong_is_named_by_its_place()
    {
        var problem = await CreateAsync(new
        {
            name = "Wrong Parts",
            masterAccountName = "   ",
            addresses = new object?[] { harbour, new { line1 = "", city = "X", postalCode = new string('1', 21) }, null },
            technicalUser = new { email = "nobody" },
            licenses = new object?[] { new { enterpriseId = "e", productId = "p", serviceId = "s", startDate = "2026-02-01", endDate = "2026-01-31", contactFullName = "", contactEmail = "x" }, null, new { } },
        }).ProblemAsync(HttpStatusCode.BadRequest, Invalid);

        problem.Fields().ShouldBe(
        [
            "addresses[1].country", "addresses[1].line1", "addresses[1].postalCode", "addresses[2]",
            "licenses[0].contactEmail", "licenses[0].contactFullName", "licenses[0].endDate", "licenses[0].enterpriseId", "licenses[0].productId", "licenses[0].serviceId", "licenses[1]",
            "licenses[2].contactEmail", "licenses[2].contactFullName", "licenses[2].endDate", "licenses[2].enterpriseId", "licenses[2].productId", "licenses[2].serviceId", "licenses[2].startDate",
            "masterAccountName", "technicalUser.email", "technicalUser.name",
        ]);
    }

    [Theory]
    [InlineData("""{"name":"x","addresses":{}}""")]
    [InlineData("""{"name":"x","addresses":["street"]}""")]
    [InlineData("""{"name":"x","addresses":[{"line1":"a","city":"b","postalCode":"c","country":"d","planet":"e"}]}""")]
    [InlineData("""{"name":"x","technicalUser":"tina"}""")]
    [InlineData("""{"name":"x","licenses":[{"enterpriseId":"e","productId":"p","serviceId":"s","startDate":"31.12.2026","endDate":"2026-12-31","contactFullName":"n","contactEmail":"a@b.example"}]}""")]
    [InlineData("""{"name":"x","masterAccountName":"nul\u0000nul"}""")]
    [InlineData("""{"name":"x","masterAccountName":7}""")]
    public async Task A_part_of_another_shape_is_a_400(string body) =>
        (await server.SuperAdmin.PostTextAsync("/api/accounts", body)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task Only_admins_and_the_platforms_staff_read_them()
    {
        var made = await CreateAsync(new { name = "Reads Account", masterAccountName = "Readers", technicalUser = new { name = "T", email = "t@x.example" }, addresses = new[] { harbour } }).ReadAsync<TenantResponse>(HttpStatusCode.Created);
        var (admin, viewer) = (await server.AddMemberAsync(made.Slug, "admin"), await server.AddMemberAsync(made.Slug, "viewer"));

        (await admin.Client.GetAsync($"/api/accounts/{made.Id}", Cancelled).ReadAsync<TenantResponse>()).TechnicalUser.ShouldNotBeNull();
        var seen = await viewer.Client.GetAsync($"/api/accounts/{made.Id}", Cancelled).ReadAsync<JsonElement>();
        foreach (var hidden in new[] { "masterAccountName", "addresses", "technicalUser" })
        {
            seen.GetProperty(hidden).ValueKind.ShouldBe(JsonValueKind.Null);
        }
    }

    private async Task BecomeAsync(Guid tenant, bool deleted)
    {
        await using var owner = NpgsqlDataSource.Create(server.Database.ControlOwner!);
        await using var command = owner.CreateCommand("UPDATE platform.tenants SET status = $1 WHERE id = $2");
        command.Parameters.Add(new() { Value = (short)(deleted ? 7 : 8) });
        command.Parameters.Add(new() { Value = tenant });
        (await command.ExecuteNonQueryAsync(Cancelled)).ShouldBe(1);
    }

    private Task<HttpResponseMessage> CreateAsync(object body) => server.SuperAdmin.PostAsJsonAsync("/api/accounts", body, Cancelled);
}
