using System.Net.Http.Json;
using Microsoft.Playwright;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane;
using Rowhouse.Server;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Browser.Tests;

/// <summary>A server with the console and the demo's tenants, and browsers that are signed in to it.</summary>
public class ConsoleFixture(Browser browser) : ServerFixture
{
    /// <summary>The demo's tenant; its people are admin, editor, member and viewer.</summary>
    public const string Tenant = "smith";

    /// <summary>Where pictures of the pages are kept for looking.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "screenshots")).FullName;

    protected override ServerSettings Configure(ServerSettings settings) => settings with { Demo = true };

    /// <summary>A window of somebody who is not signed in.</summary>
    public async Task<Window> OpenAsync(int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        Assert.SkipWhen(browser.Chromium is null && Environment.GetEnvironmentVariable("CI") != "true", "No Chromium here; ./rowhouse test installs it.");
        if (!File.Exists(Path.Combine(AppContext.BaseDirectory, "console", "index.html")))
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", "The console is not built; ./rowhouse test builds it.");
            Assert.Fail("The console is not built.");
        }

        var context = await (browser.Chromium ?? throw new InvalidOperationException("No Chromium here.")).NewContextAsync(new()
        {
            BaseURL = Address.ToString(),
            ViewportSize = new() { Width = width, Height = width < 768 ? 740 : 860 },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "Europe/London",
        });
        return new(context, await context.NewPageAsync());
    }

    /// <summary>A window of somebody who is signed in.</summary>
    public async Task<Window> OpenAsAsync(string email, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var window = await OpenAsync(width, scheme);
        var answer = await window.Page.APIRequest.PostAsync("/api/session?cookie=true", new()
        {
            DataObject = new { email, password = email.EndsWith($"@{Tenant}.localhost", StringComparison.Ordinal) ? PasswordFile.OfDemoPeople(Settings.DataFolder).Read() : Password },
            Headers = new Dictionary<string, string> { ["X-Rowhouse-Request"] = "1", ["Origin"] = Address.GetLeftPart(UriPartial.Authority) },
        });
        answer.Status.ShouldBe(200, await answer.TextAsync());
        return window;
    }

    /// <summary>The address of somebody in the demo's tenant.</summary>
    public async Task<string> DemoPersonAsync(string role)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/members?limit=200") { Headers = { { "X-Tenant-Id", Tenant } } };
        using var answer = await SuperAdmin.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        var members = (await answer.Content.ReadFromJsonAsync<Page<MemberResponse>>()).ShouldNotBeNull();
        return members.Items.First(member => member.Role == role).Email;
    }
}

/// <summary>A window with a page, which hears what the page complains of.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext context;

    public Window(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            // A refused request is written by the browser itself; the tests look at what the page makes of it.
            if (message.Type is "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                Complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => Complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("data:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                Hosts.Add(new Uri(request.Url).Authority);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Errors in the page's console, refused scripts and styles among them.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Every host that the page asked.</summary>
    public HashSet<string> Hosts { get; } = [];

    /// <summary>Keeps a picture for looking.</summary>
    public Task PictureAsync(string name) => Page.ScreenshotAsync(new() { Path = Path.Combine(ConsoleFixture.Pictures, $"{name}.png") });

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
