using System.Net;
using System.Net.Http.Json;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Parameters;

/// <summary>Parameters of tenants, and of all together.</summary>
public sealed class ParameterTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_public_tenant_has_its_parameters_from_its_first_moment_on()
    {
        var tenant = (await server.CreateTenantAsync("Discovered")).Tenant;

        var parameters = await server.ParametersAsync($"/accounts/{tenant.Id}/");

        (await server.OfAccountAsync(tenant.Id)).ShouldBe(new Dictionary<string, string>
        {
            ["cloud-type"] = "public",
            ["postgres/database"] = new NpgsqlConnectionStringBuilder(server.Database.Application).Database!,
            ["postgres/generation"] = "1",
            ["postgres/store"] = "shared",
            ["provisioning-status"] = "active",
        });
        parameters.Values.ShouldAllBe(parameter => parameter.Version == tenant.Version && parameter.UpdatedAt == null);
    }

    [Fact]
    public async Task A_path_names_what_is_below_it_at_the_end_of_a_level_and_what_is_at_it()
    {
        var tenant = await server.CreateTenantAsync("Levels");
        var account = $"/accounts/{tenant.Id}";

        (await CountAsync(account)).ShouldBe(5);
        (await CountAsync($"{account}/")).ShouldBe(5);
        (await CountAsync($"{account}/postgres")).ShouldBe(3);
        (await CountAsync($"{account}/postgres/")).ShouldBe(3);
        (await CountAsync($"{account}/cloud-type")).ShouldBe(1);
        foreach (var nothing in new[]
        {
            $"{account}/cloud-type/", $"{account}/cloud", $"{account}/CLOUD-TYPE", $"{account}/provisioning-error", account[..^1], $"/accounts/{tenant.Id.ToString().ToUpperInvariant()}", $"/accounts/{tenant.Id:N}/",
            $"/accounts/{tenant.Slug}/", $"/accounts/{Guid.Empty}/", $"/accounts/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}/", "/Accounts/", "/acc", "/elsewhere/",
        })
        {
            (await CountAsync(nothing)).ShouldBe(0, nothing);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public async Task All_of_them_are_given_page_by_page_in_the_order_of_their_paths(int limit)
    {
        var tenants = new List<TestTenant>();
        for (var i = 0; i < 4; i++)
        {
            tenants.Add(await server.CreateTenantAsync($"Paged {limit} {i}"));
        }

        foreach (var (path, others) in new[] { ("/accounts/", 0), ("/accounts", 0), ("/", 2) })
        {
            var all = await PagesAsync(path, limit);

            all.ShouldBe(all.Order(StringComparer.Ordinal));
            all.Distinct().Count().ShouldBe(all.Count);
            tenants.ShouldAllBe(tenant => all.Count(one => one.StartsWith($"/accounts/{tenant.Id}/", StringComparison.Ordinal)) == 5);
            all.Count(one => one.StartsWith("/platform/", StringComparison.Ordinal)).ShouldBe(others);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("accounts/")]
    [InlineData("//")]
    [InlineData("/accounts//")]
    [InlineData("/accounts/../platform/")]
    [InlineData("/accounts/./")]
    [InlineData("/aws/")]
    [InlineData("/SsmStore")]
    [InlineData("/a%20b")]
    [InlineData("/%C3%A4")]
    [InlineData("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16")]
    public async Task A_path_that_is_none_is_refused_with_what_is_wrong(string path)
    {
        foreach (var address in new[] { "/api/parameters", "/api/parameters/events" })
        {
            (await server.SuperAdmin.GetAsync($"{address}?path={path}", Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["path"]);
        }
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("after=x", "after")]
    [InlineData("after=/elsewhere", "after")]
    [InlineData("after=/accounts/nobody/cloud-type", "after")]
    [InlineData("path=/platform/&after=/accounts/01990000-0000-7000-8000-000000000001/cloud-type", "after")]
    public async Task A_page_that_there_cannot_be_is_refused(string query, string field) =>
        (await server.SuperAdmin.GetAsync($"/api/parameters?{query}", Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe([field]);

    [Fact]
    public async Task Only_those_who_run_the_platform_see_and_set_parameters()
    {
        var tenant = await server.CreateTenantAsync("Not Staff");
        foreach (var (client, status) in new[] { (tenant.Admin.Client, HttpStatusCode.Forbidden), (server.Nobody, HttpStatusCode.Unauthorized) })
        {
            await client.GetAsync($"/api/parameters?path=/accounts/{tenant.Id}/", Cancelled).ShouldBeAsync(status);
            await client.GetAsync($"/api/parameters/events?path=/accounts/{tenant.Id}/", Cancelled).ShouldBeAsync(status);
            await client.PutAsJsonAsync("/api/parameters?path=/platform/postgres/shared-store", new { value = "shared" }, Cancelled).ShouldBeAsync(status);
            await client.DeleteAsync("/api/parameters?path=/platform/postgres/shared-store", Cancelled).ShouldBeAsync(status);
        }
    }

    [Fact]
    public async Task What_follows_from_a_tenant_is_not_written()
    {
        var tenant = await server.CreateTenantAsync("Read Only");
        foreach (var path in new[] { $"/accounts/{tenant.Id}/cloud-type", $"/accounts/{tenant.Id}/mine", "/accounts/x/y", "/accounts" })
        {
            var problem = await server.SuperAdmin.PutAsJsonAsync($"/api/parameters?path={path}", new { value = "private" }, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:parameters:read-only");
            problem.GetProperty("detail").GetString()!.ShouldContain("/api/tenants");
            await server.SuperAdmin.DeleteAsync($"/api/parameters?path={path}", Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:parameters:read-only");
        }

        (await server.OfAccountAsync(tenant.Id))["cloud-type"].ShouldBe("public");
    }

    [Fact]
    public async Task A_change_of_the_tenant_raises_the_version_and_leaves_what_it_is_not_about()
    {
        var tenant = await server.CreateTenantAsync("Renamed");
        var before = await server.ParametersAsync($"/accounts/{tenant.Id}/");

        await server.SuperAdmin.PatchAsJsonAsync($"/api/tenants/{tenant.Id}", new { name = "Renamed Again" }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        var after = await server.ParametersAsync($"/accounts/{tenant.Id}/");
        after.Values.Select(parameter => parameter.Value).ShouldBe(before.Values.Select(parameter => parameter.Value));
        after.Values.ShouldAllBe(parameter => parameter.Version == before[parameter.Path].Version + 1);
    }

    [Fact]
    public async Task A_tenant_that_is_deleted_has_none_at_once_and_all_of_them_again_when_it_is_revived()
    {
        var tenant = await server.CreateTenantAsync("Here And There");
        var address = $"/api/tenants/{tenant.Id}";
        await server.SuperAdmin.PatchAsJsonAsync(address, new { deletionProtection = true }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await server.SuperAdmin.DeleteAsync($"{address}?confirm={tenant.Slug}", Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:protected");
        (await CountAsync($"/accounts/{tenant.Id}/")).ShouldBe(5);
        await server.SuperAdmin.PatchAsJsonAsync(address, new { deletionProtection = false }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        var before = await server.ParametersAsync($"/accounts/{tenant.Id}/");

        await server.SuperAdmin.DeleteAsync($"{address}?confirm={tenant.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        (await CountAsync($"/accounts/{tenant.Id}/")).ShouldBe(0);
        (await PagesAsync("/accounts/", 200)).ShouldNotContain(path => path.Contains(tenant.Id.ToString()));

        await server.SuperAdmin.PostAsync($"{address}/revive", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        var after = await server.ParametersAsync($"/accounts/{tenant.Id}/");
        after.Values.Select(parameter => (parameter.Path, parameter.Value)).ShouldBe(before.Values.Select(parameter => (parameter.Path, parameter.Value)));
        after.Values.ShouldAllBe(parameter => parameter.Version > before[parameter.Path].Version);
    }

    private async Task<int> CountAsync(string path) => (await server.ParametersAsync(path)).Count;

    private async Task<List<string>> PagesAsync(string path, int limit)
    {
        List<string> all = [];
        string? after = null;
        do
        {
            var page = await server.SuperAdmin.GetAsync($"/api/parameters?path={path}&limit={limit}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}", Cancelled).ReadAsync<Page<ParameterResponse>>();
            page.Items.Count.ShouldBeLessThanOrEqualTo(limit);
            all.AddRange(page.Items.Select(parameter => parameter.Path));
            after = page.Next;
        }
        while (after is not null);
        return all;
    }
}
