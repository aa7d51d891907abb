using System.Net.Http.Json;
using System.Text;
using Microsoft.Playwright;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;
using static Microsoft.Playwright.Assertions;

namespace Rowhouse.Browser.Tests;

/// <summary>What people come for, as they do it.</summary>
public sealed class JourneyTests(ConsoleFixture console) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task A_super_admin_makes_a_tenant_whose_first_admin_comes_in_by_the_one_time_link()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await page.GotoAsync("/");
        await page.GetByLabel("E-mail").FillAsync(ServerFixture.AdminEmail);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(ServerFixture.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "New tenant" }).Or(page.GetByRole(AriaRole.Button, new() { Name = "New tenant" })).First.ClickAsync();
        var drawer = page.GetByRole(AriaRole.Dialog);
        await drawer.GetByLabel("Name").First.FillAsync("Journey Cards");
        await drawer.GetByRole(AriaRole.Group, new() { Name = "First admin" }).GetByLabel("Name").FillAsync("Jo Journey");
        await drawer.GetByLabel("E-mail").FillAsync("jo@journey.example");
        await drawer.GetByRole(AriaRole.Button, new() { Name = "Create tenant" }).ClickAsync();
        await Expect(drawer.GetByText("Journey Cards is open at /t/journey-cards.")).ToBeVisibleAsync();
        await window.PictureAsync("journey-tenant-made");
        var link = await drawer.GetByRole(AriaRole.Textbox, new() { Name = "One-time link" }).InputValueAsync();

        await using var jo = await console.OpenAsync();
        await jo.Page.GotoAsync(new Uri(link, UriKind.RelativeOrAbsolute) is { IsAbsoluteUri: true } absolute ? absolute.PathAndQuery + absolute.Fragment : link);
        await jo.Page.GetByLabel("New password", new() { Exact = true }).FillAsync("a sentence to remember");
        await jo.Page.GetByLabel("New password again").FillAsync("a sentence to remember");
        await jo.PictureAsync("journey-invitation");
        await jo.Page.GetByRole(AriaRole.Button, new() { Name = "Set password and join" }).ClickAsync();
        await jo.Page.WaitForURLAsync("**/t/journey-cards/**");
        jo.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_super_admin_deletes_a_tenant_that_is_not_protected_and_revives_it()
    {
        var tenant = await console.CreateTenantAsync("Brief Cards", "cardvault");
        await using var window = await console.OpenAsAsync(ServerFixture.AdminEmail);
        var page = window.Page;
        await page.GotoAsync($"/platform/tenants?tenant={tenant.Slug}");
        var drawer = page.GetByRole(AriaRole.Dialog, new() { Name = "Brief Cards", Exact = true });
        var protection = drawer.GetByRole(AriaRole.Switch, new() { Name = "Protected from deletion" });
        await Expect(protection).Not.ToBeCheckedAsync(); // where demo tenants are kept
        await protection.ClickAsync();
        await Expect(protection).ToBeCheckedAsync();
        await Expect(drawer.GetByRole(AriaRole.Button, new() { Name = "Delete tenant…" })).ToHaveCountAsync(0);
        await window.PictureAsync("journey-tenant-protected");
        await protection.ClickAsync();
        await drawer.GetByRole(AriaRole.Button, new() { Name = "Delete tenant…" }).ClickAsync();

        var asked = page.GetByRole(AriaRole.Dialog, new() { Name = "Delete Brief Cards?" });
        await Expect(asked.GetByText("1 member can no longer sign in to it.")).ToBeVisibleAsync();
        await Expect(asked.GetByRole(AriaRole.Button, new() { Name = "Delete tenant" })).ToBeDisabledAsync();
        await asked.GetByLabel("Type brief-cards to confirm").FillAsync("brief-cards");
        await window.PictureAsync("journey-tenant-delete");
        await asked.GetByRole(AriaRole.Button, new() { Name = "Delete tenant" }).ClickAsync();
        await Expect(page.GetByText("Brief Cards is deleted")).ToBeVisibleAsync();
        await Expect(drawer.GetByText("Can be revived until")).ToBeVisibleAsync();
        await window.PictureAsync("journey-tenant-deleted");

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Revive" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Revive Brief Cards?" }).GetByRole(AriaRole.Button, new() { Name = "Revive" }).ClickAsync();
        await Expect(page.GetByText("Brief Cards is back")).ToBeVisibleAsync();
        await Expect(protection).Not.ToBeCheckedAsync();
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Somebody_who_has_an_account_accepts_a_second_tenants_invitation_with_it()
    {
        var first = await console.CreateTenantAsync("First Of Two", "cardvault");
        var second = await console.CreateTenantAsync("Second Of Two", "cardvault");
        await using var admin = await console.OpenAsAsync(second.Admin.Email);
        await admin.Page.GotoAsync($"/t/{second.Slug}/members?new=1");
        var dialog = admin.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Name").FillAsync("Somebody");
        await dialog.GetByLabel("E-mail").FillAsync(first.Admin.Email);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Invite" }).ClickAsync();
        var link = new Uri(await dialog.GetByRole(AriaRole.Textbox, new() { Name = "One-time link" }).InputValueAsync());
        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have given them the link" }).ClickAsync();
        await Expect(admin.Page.GetByText("Has not accepted yet")).ToBeVisibleAsync();
        await admin.PictureAsync("members-invited");

        await using var known = await console.OpenAsync();
        await known.Page.GotoAsync(link.PathAndQuery + link.Fragment);
        await known.Page.GetByRole(AriaRole.Button, new() { Name = "Accept the invitation" }).ClickAsync();
        await known.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(ServerFixture.Password);
        await known.PictureAsync("journey-accept");
        await known.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await known.Page.WaitForURLAsync($"**/t/{second.Slug}/**");
        known.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_member_finds_griffey_adds_him_and_imports_a_file_once_its_three_wrong_rows_are_mended()
    {
        var tenant = await console.CreateTenantAsync("Import Cards", "cardvault");
        var other = await console.CreateTenantAsync("Other Cards", "cardvault");
        await using var window = await console.OpenAsAsync((await tenant.AddMemberAsync("member")).Email);
        var page = window.Page;

        var griffey = await FindGriffeyAsync(page, tenant.Slug);
        await window.PictureAsync("journey-search");
        await AddAsync(page, griffey);

        await page.GotoAsync($"/t/{tenant.Slug}/cardvault/import");
        await ChooseAsync(page, "wrong.csv", Csv(wrongRows: true));
        await Expect(page.GetByText("3 of 1,000 rows are wrong")).ToBeVisibleAsync();
        var rows = page.GetByRole(AriaRole.Region, new() { Name = "Wrong rows" }).GetByRole(AriaRole.Row);
        await Expect(rows).ToHaveCountAsync(4);
        await window.PictureAsync("journey-import-wrong");

        await ChooseAsync(page, "right.csv", Csv(wrongRows: false));
        await page.GetByRole(AriaRole.Button, new() { Name = "Import 1,000 cards" }).ClickAsync();
        await Expect(page.GetByText("1,000 cards were imported")).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await window.PictureAsync("journey-import-done");

        await page.GotoAsync($"/t/{tenant.Slug}/cardvault/cards");
        await Expect(page.GetByText("1,001")).ToBeVisibleAsync();
        await page.GotoAsync($"/t/{other.Slug}/cardvault/cards");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "There is nothing here" })).ToBeVisibleAsync();
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_certificate_is_taken_once_and_grades_are_those_of_their_grader()
    {
        var tenant = await console.CreateTenantAsync("Graded Cards", "cardvault");
        await using var window = await console.OpenAsAsync((await tenant.AddMemberAsync("member")).Email);
        var page = window.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);

        await OpenAsync();
        await Expect(dialog).ToContainTextAsync("RC");
        await ChooseOptionAsync("Condition", "NM");
        await dialog.GetByLabel("Cost").FillAsync("40");
        await SaveAsync();
        await Expect(page.GetByText("Ken Griffey Jr. was added")).ToBeVisibleAsync();

        await OpenAsync();
        await GradeAsync("PSA", "10 · GEM-MT", "12345678");
        await SaveAsync();
        await Expect(page.GetByText("Ken Griffey Jr. was added")).ToBeVisibleAsync();

        await OpenAsync();
        await GradeAsync("PSA", "10 · GEM-MT", "12345678");
        await SaveAsync();
        await Expect(dialog.GetByText("Another card has this certificate")).ToBeVisibleAsync();
        await window.PictureAsync("journey-certificate-taken");

        await OpenAsync();
        await dialog.GetByText("PSA", new() { Exact = true }).ClickAsync();
        await dialog.GetByRole(AriaRole.Combobox, new() { Name = "Grade" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Option, new() { Name = "9 · MINT", Exact = true })).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Combobox, new() { Name = "Grade" }).FillAsync("9.5");
        await Expect(page.GetByRole(AriaRole.Option)).ToHaveCountAsync(0);

        await OpenAsync();
        await GradeAsync("BGS", "9.5 · GEM MINT", "0001");
        foreach (var (name, grade) in new[] { ("Centering", "9.5"), ("Corners", "9.5"), ("Edges", "9"), ("Surface", "8") })
        {
            await ChooseOptionAsync(name, grade);
        }

        await SaveAsync();
        await Expect(page.GetByText("at most one above the lowest subgrade")).ToBeVisibleAsync();
        await window.PictureAsync("journey-grader-warns");
        window.Complaints.ShouldBeEmpty();

        async Task OpenAsync() => await (await FindGriffeyAsync(page, tenant.Slug)).GetByRole(AriaRole.Button).ClickAsync();

        Task SaveAsync() => dialog.GetByRole(AriaRole.Button, new() { Name = "Add card" }).ClickAsync();

        async Task GradeAsync(string grader, string grade, string certificate)
        {
            await dialog.GetByText(grader, new() { Exact = true }).ClickAsync();
            await ChooseOptionAsync("Grade", grade);
            await dialog.GetByLabel("Certificate").FillAsync(certificate);
        }

        async Task ChooseOptionAsync(string label, string option)
        {
            await dialog.GetByRole(AriaRole.Combobox, new() { Name = label }).ClickAsync();
            await page.GetByRole(AriaRole.Option, new() { Name = option, Exact = true }).ClickAsync();
        }
    }

    [Fact]
    public async Task A_card_that_one_tenants_member_adds_is_not_there_for_an_admin_of_another()
    {
        var first = await console.CreateTenantAsync("First Cards", "cardvault");
        var second = await console.CreateTenantAsync("Second Cards", "cardvault");
        var member = await first.AddMemberAsync("member");
        await using var owner = await console.OpenAsAsync(member.Email);
        await using var stranger = await console.OpenAsAsync(second.Admin.Email);
        await AddAsync(owner.Page, await FindGriffeyAsync(owner.Page, first.Slug));
        var card = (await member.Client.GetFromJsonAsync<Page<CardResponse>>("/api/cardvault/cards", TestContext.Current.CancellationToken)).ShouldNotBeNull().Items.ShouldHaveSingleItem();

        await stranger.Page.GotoAsync($"/t/{second.Slug}/cardvault/cards");
        await Expect(stranger.Page.GetByText("No cards yet")).ToBeVisibleAsync();
        await stranger.PictureAsync("journey-stranger-list");
        await stranger.Page.GotoAsync($"/t/{second.Slug}/cardvault/cards?card={card.Id}");
        await Expect(stranger.Page.GetByRole(AriaRole.Dialog).GetByText("This card is not there any more")).ToBeVisibleAsync();
        await stranger.PictureAsync("journey-stranger-card");

        // The API's tests do this with tokens; here it is the browser's cookie, which goes to both tenants' addresses.
        (await SendAsync(owner, "GET", first, card)).ShouldBe(200);
        foreach (var method in new[] { "GET", "PATCH", "DELETE" })
        {
            (await SendAsync(stranger, method, second, card)).ShouldBe(404, method);
            (await SendAsync(stranger, method, first, card)).ShouldBe(404, method);
        }

        (await member.Client.GetFromJsonAsync<CardResponse>($"/api/cardvault/cards/{card.Id}", TestContext.Current.CancellationToken)).ShouldNotBeNull().Version.ShouldBe(card.Version);
        owner.Complaints.ShouldBeEmpty();
        stranger.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_viewer_sees_the_cards_and_is_offered_nothing_that_changes_them()
    {
        await using var window = await console.OpenAsAsync(await console.DemoPersonAsync("viewer"));
        var page = window.Page;

        await page.GotoAsync($"/t/{ConsoleFixture.Tenant}/cardvault/cards");
        await Expect(page.GetByRole(AriaRole.Row).Nth(1)).ToBeVisibleAsync();

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Add card" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Row).Nth(1).ClickAsync();
        var drawer = page.GetByRole(AriaRole.Dialog);
        await Expect(drawer).ToBeVisibleAsync();
        await Expect(drawer.GetByRole(AriaRole.Button, new() { Name = "Edit" })).ToHaveCountAsync(0);
        await Expect(drawer.GetByRole(AriaRole.Button, new() { Name = "Delete" })).ToHaveCountAsync(0);
        await page.GotoAsync($"/t/{ConsoleFixture.Tenant}/cardvault/import");
        await Expect(page.GetByText("You can look, but not import")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Two_tabs_of_two_tenants_never_cross()
    {
        var first = await console.CreateTenantAsync("First Tab", "cardvault");
        var second = await console.CreateTenantAsync("Second Tab", "cardvault");
        await AddCardAsync(first, "Only In First");
        await AddCardAsync(second, "Only In Second");
        await using var window = await console.OpenAsAsync(ServerFixture.AdminEmail);
        var other = await window.Page.Context.NewPageAsync();

        await window.Page.GotoAsync($"/t/{first.Slug}/cardvault/cards");
        await other.GotoAsync($"/t/{second.Slug}/cardvault/cards");
        await window.Page.ReloadAsync();

        await Expect(window.Page.GetByText("Only In First")).ToBeVisibleAsync();
        await Expect(window.Page.GetByText("Only In Second")).ToHaveCountAsync(0);
        await Expect(other.GetByText("Only In Second")).ToBeVisibleAsync();
        await Expect(other.GetByText("Only In First")).ToHaveCountAsync(0);
    }

    private static async Task<ILocator> FindGriffeyAsync(IPage page, string tenant)
    {
        await page.GotoAsync($"/t/{tenant}/cardvault/search");
        await page.GetByLabel("Search the checklists").FillAsync("griffey 89 ud");
        var first = page.GetByRole(AriaRole.List, new() { Name = "Cards found" }).GetByRole(AriaRole.Listitem).First;
        await Expect(first).ToContainTextAsync("Ken Griffey Jr.");
        await Expect(first).ToContainTextAsync("#1 · 1989 Upper Deck");
        return first;
    }

    private static async Task AddAsync(IPage page, ILocator found)
    {
        await found.GetByRole(AriaRole.Button).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Add card" }).ClickAsync();
        await Expect(page.GetByText("Ken Griffey Jr. was added")).ToBeVisibleAsync();
    }

    private static Task<int> SendAsync(Window window, string method, TestTenant tenant, CardResponse card) => window.Page.EvaluateAsync<int>(
        """
        async ([method, tenant, card]) => (await fetch(`/t/${tenant}/api/cardvault/cards/${card}`, {
          method,
          headers: { 'X-Rowhouse-Request': '1', 'Content-Type': 'application/json' },
          body: method === 'PATCH' ? '{"notes":"a stranger was here"}' : undefined,
        })).status
        """,
        new[] { method, tenant.Slug, $"{card.Id}" });

    private static Task ChooseAsync(IPage page, string name, string content) =>
        page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(content) });

    private static async Task AddCardAsync(TestTenant tenant, string player)
    {
        using var body = new StringContent($$"""{"player":"{{player}}"}""", Encoding.UTF8, "application/json");
        using var answer = await tenant.Admin.Client.PostAsync(new Uri("/api/cardvault/cards", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
    }

    private static string Csv(bool wrongRows)
    {
        var text = new StringBuilder("player,cardNumber,year,set,grader,grade,quantity\n");
        for (var row = 1; row <= 1_000; row++)
        {
            text.Append((wrongRows, row) switch
            {
                (true, 10) => $"Player {row},{row},1991,Journey Set,PSA,9.5,1\n",
                (true, 500) => $"Player {row},{row},nineteen,Journey Set,,,1\n",
                (true, 999) => $",{row},1991,Journey Set,,,1\n",
                _ => $"Player {row},{row},1991,Journey Set,,,1\n",
            });
        }

        return text.ToString();
    }
}
