using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>Walks every operation that the document describes as a member of one tenant, with the ids of another.</summary>
public sealed class OtherTenantsTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_operation_shows_or_changes_anything_of_another_tenant()
    {
        var products = await server.SuperAdmin.GetFromJsonAsync<JsonElement>("/api/products", Cancelled);
        string[] names = [.. products.EnumerateArray().Select(product => product.GetProperty("name").GetString()!)];
        var victim = await server.CreateTenantAsync("Zanzibar Victims", names);
        var attacker = await server.CreateTenantAsync("Attackers", names);
        using var client = await server.SignInAsync(attacker.Admin.Email, ServerFixture.Password);
        var document = await server.Nobody.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancelled);
        List<string> wrong = [];
        var walked = 0;

        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                // Ending the session would end the walk.
                if (operation.Value.GetProperty("operationId").GetString() is "SignOut")
                {
                    continue;
                }

                walked++;
                foreach (var (name, address) in Attempts(path.Name, operation.Value, victim))
                {
                    using var request = new HttpRequestMessage(new HttpMethod(operation.Name.ToUpperInvariant()), address) { Content = Body(operation.Value) };
                    if (name is not null)
                    {
                        request.Headers.Add("X-Tenant-Id", name);
                    }

                    using var answer = await client.SendAsync(request, Cancelled);
                    var body = await answer.Content.ReadAsStringAsync(Cancelled);
                    if ((int)answer.StatusCode >= 500 || body.Contains("Zanzibar", StringComparison.Ordinal) || body.Contains(victim.Admin.Email, StringComparison.Ordinal)
                        || (answer.IsSuccessStatusCode && NeedsTenant(operation.Value) && name == victim.Slug))
                    {
                        wrong.Add($"{operation.Name} {address} as {name ?? "no tenant"}: {(int)answer.StatusCode} {body}");
                    }
                }
            }
        }

        walked.ShouldBeGreaterThan(20);
        wrong.ShouldBeEmpty();
        await victim.Admin.Client.GetAsync("/api/members", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    // In the attacker's own tenant with the victim's ids, in the victim's tenant, and in none.
    private static IEnumerable<(string? Tenant, string Address)> Attempts(string path, JsonElement operation, TestTenant victim)
    {
        string[] tenants = NeedsTenant(operation) ? ["attackers", victim.Slug] : ["attackers"];
        foreach (var id in path.Contains('{', StringComparison.Ordinal) ? new[] { victim.Slug, victim.Id.ToString(), victim.Admin.Id.ToString() } : [""])
        {
            var address = new StringBuilder();
            foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                address.Append('/').Append(segment[0] == '{' ? id : segment);
            }

            foreach (var tenant in tenants)
            {
                yield return (tenant, address.ToString());
            }

            yield return (null, address.ToString());
        }
    }

    private static bool NeedsTenant(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
        && parameters.EnumerateArray().Any(parameter => parameter.TryGetProperty("$ref", out var reference) && reference.GetString()!.EndsWith("/Tenant", StringComparison.Ordinal));

    private static StringContent? Body(JsonElement operation)
    {
        if (!operation.TryGetProperty("requestBody", out var body))
        {
            return null;
        }

        var type = body.GetProperty("content").EnumerateObject().First().Name;
        return new StringContent(type.Contains("json", StringComparison.Ordinal) ? "{}" : "x", Encoding.UTF8, type);
    }
}
