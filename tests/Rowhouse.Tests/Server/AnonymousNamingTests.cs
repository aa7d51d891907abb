using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>What somebody learns by naming tenants where nobody has to be signed in: nothing.</summary>
public sealed partial class AnonymousNamingTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    // Routing's own answers and the console's page, which are no endpoints and are asked for by anybody too.
    private static readonly (string Method, string Path)[] BesideEndpoints = [("GET", "/sign-in"), ("GET", "/nothing.js"), ("GET", "/api/nothing"), ("PUT", "/api/session")];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_names_get_one_answer_whether_they_are_one_tenants_two_tenants_or_nobodys()
    {
        var smith = await server.CreateTenantAsync("Kin Smith");
        var harbor = await server.CreateTenantAsync("Kin Harbor");
        var stranger = await server.CreateTenantAsync("Kin Stranger");
        const string unknown = "01990000-0000-7000-8000-000000000001";
        (string Path, string Header)[] pairs =
        [
            (smith.Slug, smith.Id.ToString()),
            (smith.Id.ToString(), smith.Slug),
            (smith.Slug, harbor.Slug),
            (smith.Slug, harbor.Id.ToString()),
            (smith.Slug, "ghost"),
            (smith.Slug, unknown),
            ("ghost", smith.Slug),
            ("ghost", unknown),
        ];
        List<string> wrong = [];
        var walked = 0;

        foreach (var (method, path) in Anonymous().Concat(BesideEndpoints))
        {
            walked++;

            // Another stranger for each address: how often one person names what is not theirs is bounded.
            using var signedIn = await server.SignInAsync((await stranger.AddMemberAsync("viewer")).Email, ServerFixture.Password);
            foreach (var (who, client) in new[] { ("nobody", server.Nobody), ("a stranger", signedIn) })
            {
                var expected = "";
                foreach (var (first, second) in pairs)
                {
                    var by = await AnswerAsync(client, method, $"/t/{first}{path}", second, host: null, first, second);
                    var byHost = await AnswerAsync(client, method, path, second, $"{first}.localhost", first, second);
                    expected = expected.Length == 0 ? by : expected;
                    if (by != expected || byHost != expected)
                    {
                        wrong.Add($"{who}: {method} {path} as {first} and {second}:\n{by}\n{byHost}\ninstead of\n{expected}");
                    }
                }
            }
        }

        walked.ShouldBeGreaterThan(BesideEndpoints.Length + 7);
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_name_gets_one_answer_whether_it_leads_somewhere_or_not()
    {
        var smith = await server.CreateTenantAsync("One Smith");
        var closed = await server.CreateTenantAsync("One Closed");
        await server.SuperAdmin.PostAsync($"/api/tenants/{closed.Slug}/suspend", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        List<string> wrong = [];
        var walked = 0;

        foreach (var (method, path) in Anonymous().Concat(BesideEndpoints))
        {
            walked++;
            var ghost = await AnswerAsync(server.Nobody, method, $"/t/ghost{path}", header: null, host: null, "ghost");
            foreach (var name in new[] { smith.Slug, smith.Id.ToString(), closed.Slug })
            {
                var named = await AnswerAsync(server.Nobody, method, $"/t/{name}{path}", header: null, host: null, name);
                var repeated = await AnswerAsync(server.Nobody, method, $"/t/{name}{path}", name, $"{name}.localhost", name);
                if (named != ghost || repeated != ghost)
                {
                    wrong.Add($"{method} {path} as {name}:\n{named}\n{repeated}\ninstead of\n{ghost}");
                }
            }
        }

        walked.ShouldBeGreaterThan(BesideEndpoints.Length + 7);
        wrong.ShouldBeEmpty();
    }

    private IEnumerable<(string Method, string Path)> Anonymous() =>
        server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods, (endpoint, method) => (method, "/" + endpoint.RoutePattern.RawText!.Trim('/')));

    // The whole answer, but for what is different each time and for the names that the caller gave.
    private static async Task<string> AnswerAsync(HttpClient client, string method, string path, string? header, string? host, params string[] names)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Host = host;
        if (header is not null)
        {
            request.Headers.Add("X-Tenant-Id", header);
        }

        if (method is "POST" or "PUT" or "PATCH")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        using var answer = await client.SendAsync(request, Cancelled);
        ((int)answer.StatusCode).ShouldBeLessThan(500, path);
        answer.Headers.Date = null;
        var text = $"{(int)answer.StatusCode}\n{answer.Headers}{answer.Content.Headers}{await answer.Content.ReadAsStringAsync(Cancelled)}";
        foreach (var name in names)
        {
            text = text.Replace($"/t/{name}", "", StringComparison.Ordinal);
        }

        return OfThisRequest().Replace(text, "");
    }

    [GeneratedRegex("""("traceId":"[^"]*")|(Content-Length: \d+)|([0-9a-f]{32})""", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex OfThisRequest();
}
