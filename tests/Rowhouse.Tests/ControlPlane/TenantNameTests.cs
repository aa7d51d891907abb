using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Cli;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>Which address a name becomes, and which tenant an address leads to.</summary>
public sealed class TenantNameTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string NoTenant = "urn:rowhouse:tenancy:no-tenant";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-names-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("@")]
    [InlineData("🃏🃏")]
    [InlineData("你好")]
    [InlineData("\u0301\u0301")]
    [InlineData("\u20E3\uFE0F")]
    [InlineData("Admin")]
    [InlineData("  LOCALHOST ")]
    [InlineData("--- ---")]
    public async Task A_name_that_makes_no_address_is_asked_for_one_and_nothing_is_made(string name)
    {
        var before = (await server.SuperAdmin.GetAsync("/api/tenants?count=true&limit=1", Cancelled).ReadAsync<Page<TenantResponse>>()).Total;

        (await CreateAsync(server.SuperAdmin, name).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["slug"]);

        (await server.SuperAdmin.GetAsync("/api/tenants?count=true&limit=1", Cancelled).ReadAsync<Page<TenantResponse>>()).Total.ShouldBe(before);
    }

    [Theory]
    [InlineData("Straße & Söhne", "strasse-sohne", "strasse-sohne-2")]
    [InlineData("  Two   Words  ", "two-words", "two-words-2")]
    [InlineData("FIFA 17", "fifa-17", "fifa-17-2")]
    [InlineData("1989", "1989", "1989-2")]
    public async Task A_name_becomes_the_same_address_each_time_and_is_numbered(string name, string first, string second)
    {
        (await CreateAsync(server.SuperAdmin, name).ReadAsync<TenantResponse>(HttpStatusCode.Created)).Slug.ShouldBe(first);
        (await CreateAsync(server.SuperAdmin, name).ReadAsync<TenantResponse>(HttpStatusCode.Created)).Slug.ShouldBe(second);
    }

    [Fact]
    public async Task Thirty_two_hexadecimal_digits_are_a_name_like_any_other_and_not_the_id_of_a_tenant()
    {
        var first = await server.CreateTenantAsync("Thirty Two");
        var digits = first.Id.ToString("N");

        var second = await server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = "Digits", externalIds = new[] { digits } }, Cancelled).ReadAsync<TenantResponse>(HttpStatusCode.Created);

        second.ExternalIds.ShouldBe([digits]);
        (await server.SuperAdmin.GetAsync($"/api/tenants/{digits}", Cancelled).ReadAsync<TenantResponse>()).Id.ShouldBe(second.Id);
        using var within = new HttpRequestMessage(HttpMethod.Get, "/api/members") { Headers = { { "X-Tenant-Id", digits } } };
        (await server.SuperAdmin.SendAsync(within, Cancelled).ReadAsync<Page<MemberResponse>>()).Items.ShouldBeEmpty("the first has an admin, the second nobody");
    }

    [Fact]
    public async Task A_host_leads_to_its_tenant_by_one_label_and_an_application_address_to_none()
    {
        var smith = await server.CreateTenantAsync("Smith");

        foreach (var host in new[] { "SMITH.LOCALHOST:5080", "smith.localhost.", "smith.localhost.:5080", "Smith.Localhost" })
        {
            (await AskAsync(smith, host)).Status.ShouldBe(200, host);
        }

        foreach (var host in new[]
        {
            "localhost:5080", "127.0.0.1:5080", "[::1]:5080", "[::1]", "[::ffff:127.0.0.1]:5080", "www.localhost", "WWW.localhost.:5080", "api.localhost", "a.smith.localhost", "smith.localhost.evil.example",
        })
        {
            var answer = await AskAsync(smith, host);
            answer.Status.ShouldBe(400, host);
            answer.Body.ShouldContain(NoTenant, customMessage: host);
        }

        foreach (var host in new[] { "smith.localhost..", ".localhost", "smith..localhost", "smith_.localhost:x", "::1:5080", "[::1:5080", "" })
        {
            (await AskAsync(smith, host)).Status.ShouldBe(400, host);
        }

        (await AskAsync(smith, "ghost.localhost")).Status.ShouldBe(404);
        (await AskAsync(smith, "localhost", "/x/y/z.html")).Body.ShouldNotContain("urn:rowhouse:tenancy");
    }

    [Fact]
    public async Task A_server_on_a_machine_set_to_Turkish_makes_and_finds_the_same_addresses()
    {
        using var serve = CommandProcess.Start(
            folder.FullName,
            new Dictionary<string, string?>
            {
                ["LANG"] = "tr_TR.UTF-8",
                ["LC_ALL"] = "tr_TR.UTF-8",
                ["ROWHOUSE_URL"] = "http://127.0.0.1:0",
                ["ROWHOUSE_DATA"] = folder.FullName,
                ["ROWHOUSE_PLATFORM_KEY_FILE"] = server.Settings.PlatformKeyFile,
                ["ROWHOUSE_DATABASE"] = server.Database.Application,
                ["ROWHOUSE_DATABASE_PLATFORM"] = server.Database.Platform,
                ["ROWHOUSE_DATABASE_CONTROL"] = server.Database.Control!,
                ["ROWHOUSE_DATABASE_MOVER"] = server.Database.Mover!,
            },
            "serve");
        using var client = new HttpClient { BaseAddress = await serve.ReadyAsync() };
        var session = await client.PostAsJsonAsync("/api/session", new SignInRequest(ServerFixture.AdminEmail.ToUpperInvariant(), ServerFixture.Password), Cancelled).ReadAsync<SessionResponse>();
        client.DefaultRequestHeaders.Authorization = new("Bearer", session.Token);

        var made = await CreateAsync(client, "FIFA 18").ReadAsync<TenantResponse>(HttpStatusCode.Created);
        made.Slug.ShouldBe("fifa-18");

        foreach (var (host, path, header) in new[]
        {
            ("FIFA-18.localhost", "/api/members", null), ("FIFA-18.LOCALHOST:5080", "/api/members", null), ("localhost", "/T/FIFA-18/api/members", null), ("localhost", "/api/members", "FIFA-18"),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
            request.Headers.Add("X-Account-Id", header is null ? [] : [header]);
            await client.SendAsync(request, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        }

        (await client.GetAsync("/api/tenants/FIFA-18", Cancelled).ReadAsync<TenantResponse>()).Id.ShouldBe(made.Id);
        (await client.GetAsync("/api/tenants?search=FIFA%2018&status=ACTIVE", Cancelled).ReadAsync<Page<TenantResponse>>()).Items.ShouldContain(tenant => tenant.Id == made.Id);

        await serve.TerminateAsync();
        (await serve.EndAsync()).Status.ShouldBe(0);
    }

    private static Task<HttpResponseMessage> CreateAsync(HttpClient client, string name) => client.PostAsJsonAsync("/api/tenants", new { name }, Cancelled);

    private Task<RawAnswer> AskAsync(TestTenant tenant, string host, string path = "/api/members") =>
        RawHttp.SendAsync(server.Address, $"GET {path}", [$"Host: {host}", $"Authorization: {tenant.Admin.Client.DefaultRequestHeaders.Authorization}"], null, Cancelled);
}
