using System.Net;
using System.Text.RegularExpressions;
using Rowhouse.Server;
using Shouldly;

namespace Rowhouse.Tests.Server;

public sealed partial class ConsoleTests(ConsoleTests.ServerWithConsole server) : IClassFixture<ConsoleTests.ServerWithConsole>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/sign-in")]
    [InlineData("/invitation")]
    [InlineData("/platform/tenants")]
    [InlineData("/t/smith")]
    [InlineData("/t/smith/cardvault/cards?sort=-year")]
    public async Task Every_address_of_the_console_is_its_page_with_a_nonce_of_its_own(string path)
    {
        using var first = await server.Nobody.GetAsync(path, Cancelled);
        using var second = await server.Nobody.GetAsync(path, Cancelled);

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        first.Content.Headers.ContentType?.MediaType.ShouldBe("text/html");
        var nonce = Nonce().Match(await first.Content.ReadAsStringAsync(Cancelled)).Groups["nonce"].Value;
        nonce.Length.ShouldBe(32);
        first.Headers.GetValues("Content-Security-Policy").Single().ShouldContain($"script-src 'self' 'nonce-{nonce}'");
        (await second.Content.ReadAsStringAsync(Cancelled)).ShouldNotContain(nonce);
    }

    [Theory]
    [InlineData("/api/nothing")]
    [InlineData("/t/smith/api/nothing")]
    [InlineData("/openapi/nothing")]
    [InlineData("/health/nothing")]
    [InlineData("/docs/nothing")]
    [InlineData("/assets/missing.js")]
    [InlineData("/assets/%2e%2e/%2e%2e/appsettings.json")]
    public async Task What_a_program_asks_is_never_answered_with_the_page(string path)
    {
        using var answer = await server.Nobody.GetAsync(path, Cancelled);

        (await answer.Content.ReadAsStringAsync(Cancelled)).ShouldNotContain("<!doctype html>");
    }

    [Fact]
    public async Task Files_that_change_their_name_are_kept_and_others_are_asked_for_again()
    {
        using var asset = await server.Nobody.GetAsync("/assets/page-1a2b.js", Cancelled);
        asset.StatusCode.ShouldBe(HttpStatusCode.OK);
        asset.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");

        using var icon = await server.Nobody.GetAsync("/icon.svg", Cancelled);
        icon.Headers.CacheControl!.ToString().ShouldBe("no-cache");

        using var page = await server.Nobody.GetAsync("/", Cancelled);
        page.Headers.CacheControl!.ToString().ShouldBe("no-store");
    }

    [Fact]
    public async Task Files_are_compressed_for_those_who_ask()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/assets/page-1a2b.js") { Headers = { { "Accept-Encoding", "br" } } };

        using var answer = await server.Nobody.SendAsync(request, Cancelled);

        answer.Content.Headers.ContentEncoding.ShouldBe(["br"]);
    }

    [GeneratedRegex("nonce=\"(?<nonce>[0-9a-f]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Nonce();

    public sealed class ServerWithConsole : ServerFixture
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-console-");

        protected override ServerSettings Configure(ServerSettings settings)
        {
            folder.CreateSubdirectory("assets");
            File.WriteAllText(Path.Combine(folder.FullName, "index.html"), "<!doctype html><script nonce=\"__CSP_NONCE__\" src=\"/assets/page-1a2b.js\"></script>");
            File.WriteAllText(Path.Combine(folder.FullName, "assets", "page-1a2b.js"), new string(' ', 5000));
            File.WriteAllText(Path.Combine(folder.FullName, "icon.svg"), "<svg/>");
            return settings with { ConsoleFolder = folder.FullName };
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }
}
