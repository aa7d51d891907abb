using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.CardVault;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>Sends what the document describes, with bodies that are good.</summary>
internal sealed class ApiWalk(ServerFixture server)
{
    /// <summary>Ending the session would end the walk; the others are about the caller's own account and its links.</summary>
    private static readonly string[] OfOneself = ["SignOut", "SignIn", "ChangePassword", "SetPassword", "ReadInvitation", "AcceptInvitation"];

    /// <summary>An id that is on each list of what licenses name.</summary>
    public const string ListEntry = "walk-entry";

    /// <summary>What kind the estates' operations are.</summary>
    public const string OperationKind = "walk";

    private static int made;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A store in which nobody lives.</summary>
    public const string Store = "walk";

    /// <summary>All operations that a walk can send.</summary>
    public async Task<IReadOnlyList<ApiOperation>> OperationsAsync()
    {
        var document = await server.Nobody.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancelled);
        List<ApiOperation> operations =
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               let id = operation.Value.GetProperty("operationId").GetString()!
               where !OfOneself.Contains(id)
               select new ApiOperation(id, new(operation.Name.ToUpperInvariant()), path.Name, NeedsTenant(operation.Value), BodyType(operation.Value), Queries(operation.Value)),
        ];
        operations.Count(operation => operation.NeedsTenant).ShouldBeGreaterThan(15);
        operations.Count(operation => operation.BodyType is not null).ShouldBeGreaterThan(8);
        return operations;
    }

    /// <summary>A new tenant with one of everything.</summary>
    /// <param name="name">In the name of all of it.</param>
    public async Task<Estate> MakeEstateAsync(string name)
    {
        var tenant = await server.CreateTenantAsync($"{name} {Interlocked.Increment(ref made)}", "cardvault");
        var client = tenant.Admin.Client;
        var member = await tenant.AddMemberAsync("admin");
        var invited = await client.PostAsJsonAsync("/api/members", new AddMemberRequest { Email = $"invited@{tenant.Slug}.localhost", Name = $"{name} invited", Role = "viewer" }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        var collection = await client.PostAsJsonAsync("/api/cardvault/collections", new { name = $"{name} collection" }, Cancelled).ReadAsync<CollectionResponse>(HttpStatusCode.Created);
        var empty = await client.PostAsJsonAsync("/api/cardvault/collections", new { name = $"{name} empty" }, Cancelled).ReadAsync<CollectionResponse>(HttpStatusCode.Created);
        var card = await client.PostAsJsonAsync("/api/cardvault/cards", new { player = $"{name} player", notes = $"{name} notes", collectionId = collection.Id }, Cancelled).ReadAsync<CardResponse>(HttpStatusCode.Created);
        var domain = await client.PostAsJsonAsync("/api/domains", new { host = $"{tenant.Slug}.example" }, Cancelled).ReadAsync<DomainResponse>(HttpStatusCode.Created);
        await ExecuteAsync($"UPDATE platform.domains SET proven_at = now(), expires_at = NULL WHERE host = '{domain.Host}'");
        var license = await AddLicenseAsync(tenant, name);
        var estate = new Estate(tenant, domain.Host, member.MemberId, invited.Id, collection.Id, empty.Id, card.Id, license.Id, OutboxRows.NewId(), OutboxRows.NewId());
        await SetAsideAsync(estate, name);
        await StopOperationAsync(estate);
        return estate;
    }

    /// <summary>Makes the estate what an operation needs that changes what is there once only: events that are set aside, a stopped operation, a tenant that is deleted or can be.</summary>
    public async Task PrepareAsync(ApiOperation operation, Estate estate)
    {
        if (operation.ChangesEvent)
        {
            await SetAsideAsync(estate, "Walk");
        }
        else if (operation.ChangesOperation)
        {
            await StopOperationAsync(estate);
        }
        else if (operation.Id.StartsWith("ReviveTenant", StringComparison.Ordinal))
        {
            await ExecuteAsync($"UPDATE platform.tenants SET status = 7, deleted_at = now(), retained_until = now() + interval '1 day', revived_as = 2, version = version + 1 WHERE id = '{estate.Tenant.Id}'");
        }
        else if (operation.RetriesProduct)
        {
            await FailProductAsync(estate);
        }
        else if (operation.RetriesTenant)
        {
            await FailAsync(estate);
        }
        else if (operation.IsOnStore)
        {
            await ExecuteAsync($"INSERT INTO platform.stores (name, kind, is_open, connections, platform_key, created_at, version) SELECT '{Store}', 1, false, '\\x00', id, now(), 1 FROM platform.platform_keys WHERE id NOT LIKE 'retired%' LIMIT 1 ON CONFLICT (name) DO UPDATE SET version = stores.version + 1");
        }
        else if (operation.EndsTenant)
        {
            await ExecuteAsync($"UPDATE platform.tenants SET status = 2, deleted_at = NULL, retained_until = NULL, revived_as = NULL, deletion_protection = false, version = version + 1 WHERE id = '{estate.Tenant.Id}'");
        }
    }

    // As if setting its product up had been cancelled, and nothing were under way.
    private Task FailProductAsync(Estate estate) => ExecuteAsync(
        $$"""
        WITH ended AS (UPDATE platform.operations SET state = 4, token = NULL, lease_until = NULL, ended_at = now() WHERE tenant_id = '{{estate.Tenant.Id}}' AND state IN (0, 1, 5)),
        cancelled AS (
            INSERT INTO platform.operations (id, kind, steps, tenant_id, product, data, state, step, attempts, failures, is_cancelled, created_at, version)
            VALUES (gen_random_uuid(), 'provision-product', '{product}', '{{estate.Tenant.Id}}', 'cardvault', '{"product": "cardvault"}', 4, 0, 0, 0, true, now(), 1) RETURNING id)
        UPDATE platform.tenant_products SET state = 3, reason = 'It was cancelled.', operation_id = (SELECT id FROM cancelled) WHERE tenant_id = '{{estate.Tenant.Id}}' AND product = 'cardvault'
        """);

    // As if the operation that makes its home had been cancelled, and nothing else were under way.
    private Task FailAsync(Estate estate) => ExecuteAsync(
        $$"""
        WITH ended AS (UPDATE platform.operations SET state = 4, token = NULL, lease_until = NULL, ended_at = now() WHERE tenant_id = '{{estate.Tenant.Id}}' AND state IN (0, 1, 5)),
        cancelled AS (
            INSERT INTO platform.operations (id, kind, steps, tenant_id, data, state, step, attempts, failures, is_cancelled, created_at, version)
            VALUES (gen_random_uuid(), 'provision', '{login,database,home,reference-data}', '{{estate.Tenant.Id}}', '{"home": "rowhouse_home_00000000000000000000000000000000", "store": "dedicated", "generation": 1}', 4, 0, 0, 0, true, now(), 1))
        UPDATE platform.tenants SET status = 5, version = version + 1 WHERE id = '{{estate.Tenant.Id}}'
        """);

    // One in its home and one of the same id about it, again where one was retried or dropped.
    private async Task SetAsideAsync(Estate estate, string says)
    {
        await server.AddToHomeAsync(estate.Tenant.Id, new(estate.Event) { Says = says });
        await server.AddToControlAsync(estate.Tenant.Id, new(estate.Event) { Says = says });
    }

    private Task StopOperationAsync(Estate estate) => ExecuteAsync(
        $$"""
        INSERT INTO platform.operations (id, kind, steps, tenant_id, data, state, step, attempts, failures, is_cancelled, created_at, version) VALUES ('{{estate.Operation}}', '{{OperationKind}}', '{}', '{{estate.Tenant.Id}}', '{}', 5, 0, 0, 0, false, now(), 1)
        ON CONFLICT (id) DO UPDATE SET state = 5, step = 0, token = NULL, lease_until = NULL, is_cancelled = false, ended_at = NULL, version = operations.version + 1
        """);

    private async Task ExecuteAsync(string sql)
    {
        await using var control = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.Database.Control) { Pooling = false }.ConnectionString);
        await using var command = control.CreateCommand(sql);
        (await command.ExecuteNonQueryAsync(Cancelled)).ShouldBe(1);
    }

    /// <summary>A license of what is on each list by the same id.</summary>
    private async Task<LicenseResponse> AddLicenseAsync(TestTenant tenant, string name)
    {
        foreach (var list in new[] { "enterprises", "licensed-products", "licensed-services" })
        {
            using var listed = await server.SuperAdmin.PostAsJsonAsync($"/api/{list}", new { id = ListEntry, name = "Walk" }, Cancelled);
            listed.StatusCode.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.Conflict);
        }

        return await server.SuperAdmin.PostAsJsonAsync($"/api/tenants/{tenant.Id}/licenses", License("2026-01-01", $"{name} contact"), Cancelled).ReadAsync<LicenseResponse>(HttpStatusCode.Created);
    }

    // Another server is not to be had here.
    private const string Nowhere = "Host=127.0.0.1;Port=1;Username=walk;Password=walk";

    private static object License(string day, string contact) =>
        new { enterpriseId = ListEntry, productId = ListEntry, serviceId = ListEntry, startDate = day, endDate = day, contactFullName = contact, contactEmail = "walk@walk.localhost" };

    /// <summary>What all tenants read: a release and a set.</summary>
    public async Task<string[]> SharedIdsAsync(Estate estate)
    {
        using var imported = await server.SuperAdmin.PostTextAsync("/api/platform/cardvault/catalogue/imports", CardVaultFixture.CatalogueHeader + "baseball,1989,1989 Shared,Base Set,1,Ken Griffey Jr.,,,,\n", "text/csv");
        imported.EnsureSuccessStatusCode();
        var found = await estate.Tenant.Admin.Client.GetFromJsonAsync<JsonElement>("/api/cardvault/catalogue/search?q=griffey", Cancelled);
        var card = found.GetProperty("items")[0];
        return [card.GetProperty("releaseId").GetString()!, card.GetProperty("setId").GetString()!];
    }

    /// <summary>Sends an operation.</summary>
    /// <param name="client">Who sends it.</param>
    /// <param name="operation">What is sent.</param>
    /// <param name="path">Its path, with ids.</param>
    /// <param name="tenant">The tenant that is named.</param>
    /// <param name="estate">What its body names.</param>
    /// <param name="parameter">A parameter of its query that is given beside those without which nothing is found.</param>
    public static async Task<HttpResponseMessage> SendAsync(HttpClient client, ApiOperation operation, string path, string? tenant, Estate estate, string? parameter = null)
    {
        string[] needed = operation.Id switch
        {
            "SearchCatalogue" => ["q"],
            "AllowDomain" => ["domain"],
            "DeleteTenant" or "DeleteTenantAccount" => ["confirm"],
            "SetParameter" or "UnsetParameter" or "WatchParameters" => ["path"],
            _ => [],
        };
        var query = needed.Union(parameter is null ? [] : [parameter]).Select(name => KeyValuePair.Create<string, string?>(name, Value(name, estate)));
        using var request = new HttpRequestMessage(operation.Method, QueryHelpers.AddQueryString(path, query)) { Content = Body(operation, estate) };
        if (tenant is not null)
        {
            request.Headers.Add("X-Tenant-Id", tenant);
        }

        return operation.Id is "WatchParameters" ? await BeginAsync(client, request) : await client.SendAsync(request, Cancelled);
    }

    // The stream goes on for ten minutes; what there is has been read when it says so.
    private static async Task<HttpResponseMessage> BeginAsync(HttpClient client, HttpRequestMessage request)
    {
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        if (answer.IsSuccessStatusCode)
        {
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancelled));
            while (await lines.ReadLineAsync(Cancelled) is not (null or "event: current"))
            {
            }
        }

        return answer;
    }

    /// <summary>Values that are good. Of a filter few rows are like it, or none: then a list goes through the most before its page is full.</summary>
    private static string Value(string parameter, Estate estate) => parameter switch
    {
        "action" => "tenant.suspended",
        "cards" => "loose",
        "checklistCardId" => estate.Card.ToString(),
        "collectionId" => estate.Collection.ToString(),
        "condition" => "NM",
        "confirm" => estate.Tenant.Slug,
        "count" or "cookie" or "dryRun" or "insured" or "mine" => "true",
        "domain" => $"{estate.Tenant.Slug}.localhost",
        "grade" => "10",
        "grader" => "SGC",
        "kind" => "nobody's",
        "limit" => "100",
        "location" => "Box 7",
        "manufacturer" => "Maker 7",
        "onDuplicate" => "skip",
        "path" => "/platform/postgres/shared-store",
        "plan" => "enterprise",
        "player" => "Player 7",
        "product" => "nobody's",
        "q" => "griffey",
        "search" => "7777",
        "set" => "1955",
        "sport" => "hockey",
        "store" => "dedicated",
        "state" => "waiting",
        "status" => "suspended",
        "tag" => "rare",
        "team" => "Team 7",
        "tenant" => estate.Tenant.Slug,
        "year" => "1955",
        _ => throw new InvalidOperationException($"A query takes {parameter}: give the walk a value that is good."),
    };

    private static StringContent? Body(ApiOperation operation, Estate estate)
    {
        object? body = operation.Id.Replace("Account", "", StringComparison.Ordinal) switch
        {
            _ when operation.BodyType is null => null,
            "CreateTenant" => new { name = "Made By The Walk" },
            "ChangeTenant" => new { name = $"Walk {Interlocked.Increment(ref made)}" },
            "Subscribe" => new { product = "cardvault" },
            "AddMember" => new { email = $"walk{Interlocked.Increment(ref made)}@walk.localhost", name = "Walk", role = "viewer" },
            "UpdateMember" => new { role = "viewer" },
            "AddCard" => new { player = "Walk", collectionId = estate.Collection },
            "ChangeCard" => new { location = "Walk", collectionId = estate.Collection },
            "ImportCards" => "player\nWalk\n",
            "ImportCatalogue" => CardVaultFixture.CatalogueHeader + "baseball,1989,Walk,Walk,1,Walk,,,,\n",
            "AddLicense" => License(DateOnly.FromDayNumber(700_000 + Interlocked.Increment(ref made)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "Walk"),
            "ChangeLicense" => new { seats = 7 },
            "ValidateLicense" => new { enterpriseId = ListEntry, productId = ListEntry, serviceId = ListEntry, entitlement = "cardvault" },
            "AddEnterprise" or "AddLicensedProduct" or "AddLicensedService" => new { id = $"walk-{Interlocked.Increment(ref made)}", name = "Walk" },
            "ChangeEnterprise" or "ChangeLicensedProduct" or "ChangeLicensedService" => new { name = $"Walk {Interlocked.Increment(ref made)}" },
            "AddStore" => new { name = "walk", connections = new { platform = Nowhere, provisioner = Nowhere, owner = Nowhere, mover = Nowhere } },
            "ChangeStore" => new { region = $"walk-{Interlocked.Increment(ref made)}" },
            "SetParameter" => new { value = "shared" },
            "AddDomain" => new { host = $"walk{Interlocked.Increment(ref made)}.example" },
            "AddCollection" => new { name = $"Walk {Interlocked.Increment(ref made)}" },
            "ChangeCollection" => new { name = $"Walk {Interlocked.Increment(ref made)}" },
            _ => throw new InvalidOperationException($"{operation.Id} takes a body: give the walk one that is good."),
        };
        return body switch
        {
            null => null,
            string text => new StringContent(text, Encoding.UTF8, operation.BodyType!), // a body has a type
            _ => new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, operation.BodyType!),
        };
    }

    private static bool NeedsTenant(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
        && parameters.EnumerateArray().Any(parameter => parameter.TryGetProperty("$ref", out var reference) && reference.GetString()!.EndsWith("/Tenant", StringComparison.Ordinal));

    private static string? BodyType(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").EnumerateObject().First().Name : null;

    private static string[] Queries(JsonElement operation) => operation.TryGetProperty("parameters", out var parameters)
        ? [.. parameters.EnumerateArray().Where(parameter => parameter.TryGetProperty("in", out var place) && place.GetString() == "query").Select(parameter => parameter.GetProperty("name").GetString()!)] // each has a name
        : [];
}
