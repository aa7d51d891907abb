using Microsoft.Playwright;

namespace Rowhouse.Browser.Tests;

/// <summary>One headless Chromium for all tests of this process.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? playwright;

    public IBrowser? Chromium { get; private set; }

    public async ValueTask InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        var options = new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("ROWHOUSE_CHROMIUM") ?? Array.Find(Places, File.Exists),
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        };
        if (options.ExecutablePath is not null || File.Exists(playwright.Chromium.ExecutablePath))
        {
            Chromium = await playwright.Chromium.LaunchAsync(options);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Chromium is not null)
        {
            await Chromium.DisposeAsync();
        }

        playwright?.Dispose();
    }
}
