using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.CardVault;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>
/// Walks every operation that the document describes as an admin of one tenant, with the ids of what another one owns and
/// with bodies that are good: the same ones succeed for the owner, so that nothing dies in validation before it is refused.
/// </summary>
public sealed class OtherTenantsTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    /// <summary>In everything that the victim owns, and in nothing that is sent.</summary>
    private const string Mark = "Zanzibar";

    /// <summary>Ending the session would end the walk; the others are about the caller's own account and its links.</summary>
    private static readonly string[] OfOneself = ["SignOut", "SignIn", "ChangePassword", "SetPassword", "ReadInvitation", "AcceptInvitation"];

    private static int tenants;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_operation_shows_or_changes_anything_of_another_tenant()
    {
        var victim = await MakeEstateAsync(Mark);
        var attacker = await MakeEstateAsync("Attackers");
        var before = await StateAsync(victim);
        before.ShouldContain(Mark);
        List<string> wrong = [];
        var attempts = 0;

        foreach (var operation in await OperationsAsync())
        {
            foreach (var (tenant, path) in Attempts(operation, victim, attacker))
            {
                attempts++;
                using var answer = await SendAsync(attacker.Tenant.Admin.Client, operation, path, tenant, victim);

                // What was sent may come back: the path stands in the answer to an unknown address.
                var body = (await answer.Content.ReadAsStringAsync(Cancelled)).Replace(victim.Tenant.Slug, "", StringComparison.Ordinal);
                var hidden = tenant == victim.Tenant.Slug || path != operation.Path || operation.NamesOthers;
                if ((int)answer.StatusCode >= 500 || body.Contains(Mark, StringComparison.OrdinalIgnoreCase) || (operation.NeedsTenant && hidden && answer.IsSuccessStatusCode && !operation.IsShared))
                {
                    wrong.Add($"{operation.Method} {path} in {tenant ?? "no tenant"}: {(int)answer.StatusCode} {body}");
                }
            }
        }

        attempts.ShouldBeGreaterThan(100);
        wrong.ShouldBeEmpty();
        (await StateAsync(victim)).ShouldBe(before);
    }

    [Fact]
    public async Task Each_request_of_the_walk_succeeds_for_whoever_owns_what_it_names()
    {
        List<string> wrong = [];
        foreach (var operation in (await OperationsAsync()).Where(operation => operation.NeedsTenant))
        {
            var owner = await MakeEstateAsync("Owners");
            var answers = new List<string>();
            foreach (var path in operation.Path.Contains('{', StringComparison.Ordinal) ? owner.Ids.Concat(await SharedIdsAsync(owner)).Select(operation.With) : [operation.Path])
            {
                using var answer = await SendAsync(owner.Tenant.Admin.Client, operation, path, owner.Tenant.Slug, owner);
                answers.Add($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancelled)}");
            }

            if (!answers.Exists(answer => answer[0] == '2'))
            {
                wrong.Add($"{operation.Method} {operation.Path}: {string.Join(" | ", answers)}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    // Everything in the victim's tenant, and in the attacker's own and in none with the victim's ids.
    private static IEnumerable<(string? Tenant, string Path)> Attempts(Operation operation, Estate victim, Estate attacker)
    {
        string[] paths = operation.Path.Contains('{', StringComparison.Ordinal) ? [.. victim.Ids.Select(operation.With)] : [operation.Path];
        return paths.SelectMany(path => new[] { victim.Tenant.Slug, victim.Tenant.Id.ToString(), attacker.Tenant.Slug, null }.Select(tenant => (tenant, path)));
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, Operation operation, string path, string? tenant, Estate estate)
    {
        using var request = new HttpRequestMessage(operation.Method, path == "/api/cardvault/catalogue/search" ? path + "?q=griffey" : path) { Content = Body(operation, estate) };
        if (tenant is not null)
        {
            request.Headers.Add("X-Tenant-Id", tenant);
        }

        return await client.SendAsync(request, Cancelled);
    }

    private static StringContent? Body(Operation operation, Estate estate)
    {
        object? body = operation.Id.Replace("Account", "", StringComparison.Ordinal) switch
        {
            _ when operation.BodyType is null => null,
            "CreateTenant" => new { name = "Made By The Walk" },
            "Subscribe" => new { product = "cardvault" },
            "AddMember" => new { email = $"walk{Interlocked.Increment(ref tenants)}@walk.localhost", name = "Walk", role = "viewer" },
            "UpdateMember" => new { role = "viewer" },
            "AddCard" => new { player = "Walk", collectionId = estate.Collection },
            "ChangeCard" => new { location = "Walk", collectionId = estate.Collection },
            "ImportCards" => "player\nWalk\n",
            "ImportCatalogue" => CardVaultFixture.CatalogueHeader + "baseball,1989,Walk,Walk,1,Walk,,,,\n",
            "AddDomain" => new { host = $"walk{Interlocked.Increment(ref tenants)}.example" },
            "AddCollection" => new { name = $"Walk {Interlocked.Increment(ref tenants)}" },
            "ChangeCollection" => new { name = $"Walk {Interlocked.Increment(ref tenants)}" },
            _ => throw new InvalidOperationException($"{operation.Id} takes a body: give the walk one that is good."),
        };
        return body switch
        {
            null => null,
            string text => new StringContent(text, Encoding.UTF8, operation.BodyType!), // a body has a type
            _ => new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, operation.BodyType!),
        };
    }

    private async Task<List<Operation>> OperationsAsync()
    {
        var document = await server.Nobody.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancelled);
        List<Operation> operations =
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               let id = operation.Value.GetProperty("operationId").GetString()!
               where !OfOneself.Contains(id)
               select new Operation(id, new(operation.Name.ToUpperInvariant()), path.Name, NeedsTenant(operation.Value), BodyType(operation.Value)),
        ];
        operations.Count(operation => operation.NeedsTenant).ShouldBeGreaterThan(15);
        operations.Count(operation => operation.BodyType is not null).ShouldBeGreaterThan(8);
        return operations;
    }

    private async Task<Estate> MakeEstateAsync(string name)
    {
        var tenant = await server.CreateTenantAsync($"{name} {Interlocked.Increment(ref tenants)}", "cardvault");
        var client = tenant.Admin.Client;
        var member = await tenant.AddMemberAsync("admin");
        var invited = await client.PostAsJsonAsync("/api/members", new AddMemberRequest { Email = $"invited@{tenant.Slug}.localhost", Name = $"{name} invited", Role = "viewer" }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        var collection = await client.PostAsJsonAsync("/api/cardvault/collections", new { name = $"{name} collection" }, Cancelled).ReadAsync<CollectionResponse>(HttpStatusCode.Created);
        var empty = await client.PostAsJsonAsync("/api/cardvault/collections", new { name = $"{name} empty" }, Cancelled).ReadAsync<CollectionResponse>(HttpStatusCode.Created);
        var card = await client.PostAsJsonAsync("/api/cardvault/cards", new { player = $"{name} player", notes = $"{name} notes", collectionId = collection.Id }, Cancelled).ReadAsync<CardResponse>(HttpStatusCode.Created);
        var domain = await client.PostAsJsonAsync("/api/domains", new { host = $"{tenant.Slug}.example" }, Cancelled).ReadAsync<DomainResponse>(HttpStatusCode.Created);
        await using var control = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.Database.Control) { Pooling = false }.ConnectionString);
        await using var prove = control.CreateCommand($"UPDATE platform.domains SET proven_at = now(), expires_at = NULL WHERE host = '{domain.Host}'");
        await prove.ExecuteNonQueryAsync(Cancelled);
        return new(tenant, domain.Host, member.MemberId, invited.Id, collection.Id, empty.Id, card.Id);
    }

    /// <summary>All that a tenant's admin sees of it.</summary>
    private static async Task<string> StateAsync(Estate estate)
    {
        var client = estate.Tenant.Admin.Client;
        var parts = new[] { "/api/members?limit=200", "/api/domains?limit=200", "/api/cardvault/collections?limit=200", "/api/cardvault/cards?limit=200", "/api/cardvault/cards/export", $"/api/tenants/{estate.Tenant.Slug}" };
        return string.Join('\n', await Task.WhenAll(parts.Select(part => client.GetStringAsync(part, Cancelled))));
    }

    /// <summary>What all tenants read: a release and a set.</summary>
    private async Task<string[]> SharedIdsAsync(Estate estate)
    {
        using var imported = await server.SuperAdmin.PostTextAsync("/api/platform/cardvault/catalogue/imports", CardVaultFixture.CatalogueHeader + "baseball,1989,1989 Shared,Base Set,1,Ken Griffey Jr.,,,,\n", "text/csv");
        imported.EnsureSuccessStatusCode();
        var found = await estate.Tenant.Admin.Client.GetFromJsonAsync<JsonElement>("/api/cardvault/catalogue/search?q=griffey", Cancelled);
        var card = found.GetProperty("items")[0];
        return [card.GetProperty("releaseId").GetString()!, card.GetProperty("setId").GetString()!];
    }

    private static bool NeedsTenant(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
        && parameters.EnumerateArray().Any(parameter => parameter.TryGetProperty("$ref", out var reference) && reference.GetString()!.EndsWith("/Tenant", StringComparison.Ordinal));

    private static string? BodyType(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").EnumerateObject().First().Name : null;

    private sealed record Operation(string Id, HttpMethod Method, string Path, bool NeedsTenant, string? BodyType)
    {
        /// <summary>Whether its good body names something that the estate owns.</summary>
        public bool NamesOthers => Id is "AddCard" or "ChangeCard";

        /// <summary>Whether it reads the catalogue, which is everybody's: an id of the victim's leads to nothing there.</summary>
        public bool IsShared => Path.Contains("/catalogue/", StringComparison.Ordinal) && !Path.Contains('{', StringComparison.Ordinal);

        public string With(string id) => System.Text.RegularExpressions.Regex.Replace(Path, @"\{\w+\}", id, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
    }

    private sealed record Estate(TestTenant Tenant, string Domain, Guid Member, Guid Invited, Guid Collection, Guid Empty, Guid Card)
    {
        public string[] Ids => [Tenant.Slug, Domain, .. new[] { Tenant.Id, Tenant.Admin.Id, Member, Invited, Empty, Collection, Card }.Select(id => id.ToString())];
    }
}
