using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Rowhouse.Tests.Server;

/// <summary>A server with one thing of each kind, so that bad input gets as far as it can.</summary>
public sealed class BadInputFixture : ServerFixture, IAsyncLifetime
{
    public TestTenant Tenant { get; private set; } = null!;

    public string Token { get; private set; } = null!;

    public JsonElement Document { get; private set; }

    private const string Domain = "shop.bad-input.example";

    private const string ListEntry = "bad-input";

    private Guid license;
    private readonly Guid happened = OutboxRows.NewId();
    private Guid card;
    private Guid collection;
    private string walked = "";

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        Token = SuperAdmin.DefaultRequestHeaders.Authorization!.Parameter!; // just signed in
        Tenant = await CreateTenantAsync("Bad Input", "cardvault");
        walked = (await CreateTenantAsync("Bad Input Walked", "cardvault")).Slug;
        card = await MakeAsync("/api/cardvault/cards", new { player = "Ken Griffey Jr." });
        collection = await MakeAsync("/api/cardvault/collections", new { name = "Rookies" });
        using var domain = await Tenant.Admin.Client.PostAsJsonAsync("/api/domains", new { host = Domain });
        domain.EnsureSuccessStatusCode();
        foreach (var list in new[] { "enterprises", "licensed-products", "licensed-services" })
        {
            using var listed = await SuperAdmin.PostAsJsonAsync($"/api/{list}", new { id = ListEntry, name = "Bad input" });
            listed.EnsureSuccessStatusCode();
        }

        using var licensed = await SuperAdmin.PostAsJsonAsync($"/api/tenants/{walked}/licenses", new { enterpriseId = ListEntry, productId = ListEntry, serviceId = ListEntry, startDate = "2026-01-01", endDate = "2026-12-31", contactFullName = "Bad", contactEmail = "bad@input.example" });
        licensed.EnsureSuccessStatusCode();
        license = (await licensed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        Document = await Nobody.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
    }

    /// <summary>Every operation of the document, but the one that would end the walk.</summary>
    public IEnumerable<Operation> Operations() =>
        from path in Document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        let name = operation.Value.GetProperty("operationId").GetString()
        where name != "SignOut"
        select new Operation(name, operation.Name.ToUpperInvariant(), PathOf(path.Name), operation.Value, this);

    /// <summary>Sends as the super-admin, in the tenant.</summary>
    public Task<RawAnswer> SendAsync(string line, byte[]? body = null, params string[] headers)
    {
        List<string> all = [.. headers];
        if (!all.Exists(header => header.StartsWith("Authorization:", StringComparison.Ordinal)))
        {
            all.Add($"Authorization: Bearer {Token}");
        }

        if (!all.Exists(header => header.StartsWith("X-Tenant-Id:", StringComparison.Ordinal)))
        {
            all.Add($"X-Tenant-Id: {Tenant.Slug}");
        }

        return RawHttp.SendAsync(Address, line, all, body, TestContext.Current.CancellationToken);
    }

    /// <summary>Follows a reference of the document.</summary>
    public JsonElement Resolve(JsonElement schema)
    {
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            return Resolve(choices.EnumerateArray().First(choice => choice.TryGetProperty("$ref", out _)));
        }

        return schema.TryGetProperty("$ref", out var reference)
            ? Document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
            : schema;
    }

    private string PathOf(string template)
    {
        var id = template.Contains("/cards/", StringComparison.Ordinal) ? card.ToString()
            : template.Contains("/collections/", StringComparison.Ordinal) ? collection.ToString()
            : template.Contains("/members/", StringComparison.Ordinal) ? Tenant.Admin.MemberId.ToString()
            : template.Contains("/domains/", StringComparison.Ordinal) ? Domain
            : template.Contains("/cardvault/", StringComparison.Ordinal) ? card.ToString()
            : template.Contains("/api/enterprises/", StringComparison.Ordinal) || template.Contains("/api/licensed-", StringComparison.Ordinal) ? ListEntry
            : walked;
        return string.Join('/', template.Split('/').Select(segment => segment.StartsWith("{license", StringComparison.Ordinal) ? license.ToString() : segment == "{id}" && template.Contains("/outbox/", StringComparison.Ordinal) ? happened.ToString() : segment.StartsWith('{') ? id : segment));
    }

    private async Task<Guid> MakeAsync(string path, object body)
    {
        using var answer = await Tenant.Admin.Client.PostAsJsonAsync(path, body);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }
}

/// <summary>An operation of the document.</summary>
public sealed record Operation(string? Name, string Method, string Path, JsonElement Description, BadInputFixture Server)
{
    private static int addresses;

    /// <summary>The schema of its JSON body, where it has one.</summary>
    public JsonElement? Json =>
        Description.TryGetProperty("requestBody", out var body)
        && body.GetProperty("content").EnumerateObject().FirstOrDefault(content => content.Name.Contains("json", StringComparison.Ordinal)) is { Value.ValueKind: JsonValueKind.Object } content
            ? Server.Resolve(content.Value.GetProperty("schema"))
            : null;

    /// <summary>The names of its query parameters.</summary>
    public IEnumerable<string> Query =>
        Description.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray().Where(parameter => parameter.TryGetProperty("in", out var place) && place.GetString() == "query").Select(parameter => parameter.GetProperty("name").GetString()!)
            : [];

    /// <summary>Bodies that are right but for one text each, which is the mark.</summary>
    /// <param name="mark">What stands where the text is, without quotation marks.</param>
    public IEnumerable<(string Field, string Body)> BodiesWith(string mark)
    {
        if (Json is not { } schema)
        {
            return [];
        }

        return TextsOf(schema, depth: 0).Select(path => (path, Sample(schema, path, mark, depth: 0)));
    }

    private IEnumerable<string> TextsOf(JsonElement schema, int depth)
    {
        if (depth > 3 || !schema.TryGetProperty("properties", out var properties))
        {
            yield break;
        }

        foreach (var property in properties.EnumerateObject())
        {
            var value = Server.Resolve(property.Value);
            if (Has(value, "string"))
            {
                yield return property.Name;
            }
            else if (Has(value, "array"))
            {
                yield return $"{property.Name}[]";
            }
            else
            {
                foreach (var within in TextsOf(value, depth + 1))
                {
                    yield return $"{property.Name}.{within}";
                }
            }
        }
    }

    // Required fields, and the one that is marked.
    private string Sample(JsonElement schema, string path, string mark, int depth)
    {
        var first = path.Split('.')[0];
        var rest = path.Length > first.Length ? path[(first.Length + 1)..] : "";
        string[] required = schema.TryGetProperty("required", out var names) ? [.. names.EnumerateArray().Select(name => name.GetString()!)] : [];
        List<string> members = [];
        foreach (var property in schema.GetProperty("properties").EnumerateObject())
        {
            var value = Server.Resolve(property.Value);
            if (first.TrimEnd('[', ']') == property.Name)
            {
                members.Add($"\"{property.Name}\":{(rest.Length > 0 ? Sample(value, rest, mark, depth + 1) : first.EndsWith(']') ? $"[\"{mark}\"]" : $"\"{mark}\"")}");
            }
            else if (required.Contains(property.Name))
            {
                members.Add($"\"{property.Name}\":{Plain(property.Name, value)}");
            }
        }

        return $"{{{string.Join(',', members)}}}";
    }

    private static string Plain(string name, JsonElement schema) =>
        schema.TryGetProperty("enum", out var words) ? words[0].GetRawText()
        : name is "email" ? string.Create(CultureInfo.InvariantCulture, $"\"bad.input{Interlocked.Increment(ref addresses)}@example.com\"")
        : name is "role" ? "\"viewer\""
        : name is "password" or "newPassword" or "currentPassword" ? "\"long enough to be one\""
        : schema.TryGetProperty("format", out var format) && format.GetString() == "uuid" ? "\"01990000-0000-7000-8000-000000000001\""
        : Has(schema, "string") ? string.Create(CultureInfo.InvariantCulture, $"\"{name} text\"")
        : Has(schema, "array") ? "[]"
        : Has(schema, "boolean") ? "true"
        : Has(schema, "object") ? "{}"
        : "1";

    private static bool Has(JsonElement schema, string type) =>
        schema.TryGetProperty("type", out var given) && (given.ValueKind == JsonValueKind.String ? given.GetString() == type : given.EnumerateArray().Any(one => one.GetString() == type));

    public override string ToString() => $"{Method} {Path}";
}
