using System.Globalization;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Browser.Tests;

/// <summary>Every page, light and dark, on a desk and on a phone: shown without a complaint, reachable for everybody.</summary>
public sealed class PagesTests(ConsoleFixture console) : IClassFixture<ConsoleFixture>
{
    public static TheoryData<string, string, string> Pages => new()
    {
        { "sign-in", "/sign-in", "nobody" },
        { "tenants", "/platform/tenants", "super-admin" },
        { "tenant", "/platform/tenants?tenant=smith", "super-admin" },
        { "new-tenant", "/platform/tenants?new=yes", "super-admin" },
        { "events", "/platform/events", "super-admin" },
        { "members", "/t/smith/members", "admin" },
        { "search", "/t/smith/cardvault/search?q=griffey 89 ud", "member" },
        { "cards", "/t/smith/cardvault/cards", "editor" },
        { "cards-of-a-viewer", "/t/smith/cardvault/cards", "viewer" },
        { "collections", "/t/smith/cardvault/collections", "member" },
        { "import", "/t/smith/cardvault/import", "member" },
        { "not-found", "/t/nobody-has-this/cardvault/cards", "member" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_shown_without_complaint_to_everybody(string name, string address, string who)
    {
        foreach (var (width, scheme) in new[] { (1280, ColorScheme.Light), (1280, ColorScheme.Dark), (360, ColorScheme.Light), (360, ColorScheme.Dark) })
        {
            await using var window = who switch
            {
                "nobody" => await console.OpenAsync(width, scheme),
                "super-admin" => await console.OpenAsAsync(ServerFixture.AdminEmail, width, scheme),
                _ => await console.OpenAsAsync(await console.DemoPersonAsync(who), width, scheme),
            };
            await window.Page.GotoAsync(address);
            await window.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            await Assertions.Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }).First).ToBeVisibleAsync();
            var picture = string.Create(CultureInfo.InvariantCulture, $"{name}-{scheme}-{width}").ToLowerInvariant();
            await window.PictureAsync(picture);

            var violations = (await window.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical");
            violations.Select(Describe).ShouldBeEmpty(picture);
            window.Complaints.ShouldBeEmpty(picture);
            window.Hosts.ShouldBe([console.Address.Authority], picture);
            (await window.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue($"{picture} scrolls sideways");
        }
    }

    private static string Describe(AxeResultItem violation) =>
        $"{violation.Id}: {violation.Help} — {string.Join("; ", violation.Nodes.Select(node => node.Html))}";
}
