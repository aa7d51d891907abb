using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rowhouse.Tests.Architecture;
using Shouldly;

namespace Rowhouse.Tests.Server;

public sealed class ApiDocumentTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Not a snapshot of Snapshooter's: the console's tools read it where it lies, and no byte order mark before it.
    private static readonly string file = Path.Combine(Solution.Root, "web", "openapi.json");

    [Fact]
    public async Task The_document_is_the_one_that_the_console_is_generated_from()
    {
        var document = await server.Nobody.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken).ReadAsync<JsonElement>();

        var text = JsonSerializer.Serialize(document, Readable) + "\n";
        if (!File.Exists(file) && Environment.GetEnvironmentVariable("CI") != "true")
        {
            await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        }

        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), text);
    }

    [Fact]
    public async Task Every_operation_has_a_name_a_summary_and_a_tag()
    {
        var document = await server.Nobody.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken).ReadAsync<JsonElement>();
        List<string> wanting = [];
        var count = 0;

        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                count++;
                var has = operation.Value;
                if (!has.TryGetProperty("operationId", out _) || !has.TryGetProperty("summary", out _) || !has.TryGetProperty("tags", out _))
                {
                    wanting.Add($"{operation.Name} {path.Name}");
                }
            }
        }

        count.ShouldBeGreaterThan(10);
        wanting.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_makes_something_takes_a_key_to_be_sent_again_by()
    {
        var document = await server.Nobody.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken).ReadAsync<JsonElement>();

        var making = Operations(document).Where(operation => operation.Has.GetProperty("responses").TryGetProperty("201", out _)).ToList();

        making.Count.ShouldBeGreaterThan(10);
        making.Where(operation => !operation.Has.TryGetProperty("parameters", out var parameters) || !parameters.ToString().Contains("#/components/parameters/IdempotencyKey", StringComparison.Ordinal))
            .Select(operation => operation.Name).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_change_by_merge_patch_needs_no_field()
    {
        var document = await server.Nobody.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken).ReadAsync<JsonElement>();

        var bodies = Operations(document)
            .Select(operation => operation.Has.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/merge-patch+json", out var media) ? media.GetProperty("schema").GetProperty("$ref").GetString() : null)
            .OfType<string>()
            .Select(reference => document.GetProperty("components").GetProperty("schemas").GetProperty(reference.Split('/')[^1]))
            .ToList();

        bodies.Count.ShouldBeGreaterThan(3);
        bodies.ShouldAllBe(schema => schema.GetProperty("properties").EnumerateObject().Any());
        bodies.SelectMany(schema => schema.EnumerateObject()).Select(member => member.Name).ShouldNotContain("required");
    }

    [Theory]
    [InlineData("/openapi.json", HttpStatusCode.Redirect)]
    [InlineData("/docs", HttpStatusCode.OK)]
    [InlineData("/docs/docs.js", HttpStatusCode.OK)]
    [InlineData("/docs/docs.css", HttpStatusCode.OK)]
    [InlineData("/t/ghost/docs", HttpStatusCode.OK)]
    [InlineData("/openapi/v2.json", HttpStatusCode.NotFound)]
    public async Task The_document_and_its_page_need_nobody_and_no_tenant(string path, HttpStatusCode status) =>
        await server.Nobody.GetAsync(path, TestContext.Current.CancellationToken).ShouldBeAsync(status);

    private static IEnumerable<(string Name, JsonElement Has)> Operations(JsonElement document) =>
        document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => ($"{operation.Name} {path.Name}", operation.Value)));
}
