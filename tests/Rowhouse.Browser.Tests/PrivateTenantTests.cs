using System.Net;
using System.Net.Http.Json;
using Microsoft.Playwright;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;
using static Microsoft.Playwright.Assertions;

namespace Rowhouse.Browser.Tests;

/// <summary>The life of a tenant with a home of its own, as those who run the platform see it.</summary>
public sealed class PrivateTenantTests(ConsoleFixture console) : IClassFixture<ConsoleFixture>
{
    private const string Slug = "walk-bank";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_private_tenant_is_made_before_ones_eyes_protected_deleted_and_revived()
    {
        await using var window = await console.OpenAsAsync(ServerFixture.AdminEmail);
        var page = window.Page;
        await page.GotoAsync("/platform/tenants?new=1");
        var making = page.GetByRole(AriaRole.Dialog, new() { Name = "New tenant" });
        await making.GetByLabel("Name").First.FillAsync("Walk Bank");
        await making.GetByRole(AriaRole.Radio, new() { Name = "Private cloud" }).CheckAsync();
        await PicturesAsync("private-1-asked");
        await using (await HoldReferenceDataAsync())
        {
            await making.GetByRole(AriaRole.Button, new() { Name = "Create tenant" }).ClickAsync();
            var steps = making.GetByRole(AriaRole.List, new() { Name = "Steps: Make its home" }).GetByRole(AriaRole.Listitem);
            await Expect(steps.Filter(new() { HasText = "Database" })).ToContainTextAsync("Done");
            await Expect(steps.Filter(new() { HasText = "Reference data" })).ToContainTextAsync("Running");
            await Expect(making.GetByText("3 of 4 steps")).ToBeVisibleAsync();
            await Expect(making.GetByRole(AriaRole.Button, new() { Name = "Cancel…" })).ToBeVisibleAsync();
            await PicturesAsync("private-2-making");
        }

        await Expect(making.GetByText("Walk Bank is open at /t/walk-bank.")).ToBeVisibleAsync();
        await PicturesAsync("private-3-ready");
        await making.GetByRole(AriaRole.Button, new() { Name = "Close" }).Last.ClickAsync();

        await page.GotoAsync($"/platform/tenants?tenant={Slug}");
        var made = (await console.SuperAdmin.GetFromJsonAsync<TenantResponse>($"/api/tenants/{Slug}", Cancelled)).ShouldNotBeNull();
        var drawer = page.GetByRole(AriaRole.Dialog, new() { Name = "Walk Bank", Exact = true });
        await Expect(drawer.GetByText("Active").First).ToBeVisibleAsync();
        await Expect(drawer).ToContainTextAsync(made.Placement.Database);
        await PicturesAsync("private-4-active");

        // Protected as private tenants are: there is nothing to press, and who asks the server is refused.
        var protection = drawer.GetByRole(AriaRole.Switch, new() { Name = "Protected from deletion" });
        await Expect(protection).ToBeCheckedAsync();
        await Expect(drawer.GetByRole(AriaRole.Button, new() { Name = "Delete tenant…" })).ToHaveCountAsync(0);
        using (var refused = await console.SuperAdmin.DeleteAsync($"/api/tenants/{Slug}?confirm={Slug}", Cancelled))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        }

        await protection.ClickAsync();
        await drawer.GetByRole(AriaRole.Button, new() { Name = "Delete tenant…" }).ClickAsync();
        var asked = page.GetByRole(AriaRole.Dialog, new() { Name = "Delete Walk Bank?" });
        var delete = asked.GetByRole(AriaRole.Button, new() { Name = "Delete tenant" });
        await asked.GetByLabel("Type walk-bank to confirm").FillAsync("walk-ban");
        await Expect(delete).ToBeDisabledAsync();
        await asked.GetByLabel("Type walk-bank to confirm").FillAsync(Slug);
        await PicturesAsync("private-5-delete");
        await delete.ClickAsync();
        await Expect(page.GetByText("Walk Bank is deleted")).ToBeVisibleAsync();
        await Expect(drawer.GetByText("Can be revived until")).ToBeVisibleAsync();
        await drawer.GetByRole(AriaRole.Button, new() { Name = "Revive" }).ScrollIntoViewIfNeededAsync();
        await PicturesAsync("private-6-deleted");

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Revive" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Revive Walk Bank?" }).GetByRole(AriaRole.Button, new() { Name = "Revive" }).ClickAsync();
        await Expect(page.GetByText("Walk Bank is back")).ToBeVisibleAsync();
        await Expect(drawer.GetByText("Active").First).ToBeVisibleAsync();
        await PicturesAsync("private-7-revived");
        var back = (await console.SuperAdmin.GetFromJsonAsync<TenantResponse>($"/api/tenants/{Slug}", Cancelled)).ShouldNotBeNull();
        (back.Status, back.Placement).ShouldBe(("active", made.Placement));
        await page.GotoAsync("/platform/tenants?store=dedicated");
        await Expect(page.GetByLabel("Store")).ToHaveValueAsync("dedicated");
        await Expect(page.GetByText("Walk Bank").First).ToBeVisibleAsync();
        await Expect(page.GetByText("Smith").First).ToHaveCountAsync(0);
        await PicturesAsync("private-8-listed");
        window.Complaints.ShouldBeEmpty();

        async Task PicturesAsync(string name)
        {
            await window.PictureAsync($"{name}-desk");
            await page.SetViewportSizeAsync(360, 740);
            (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue($"{name} scrolls sideways");
            await window.PictureAsync($"{name}-phone");
            await page.SetViewportSizeAsync(1280, 860);
        }
    }

    /// <summary>Lets nobody read what all tenants share until it is disposed of, so that the operation waits in its last step.</summary>
    private async Task<NpgsqlConnection> HoldReferenceDataAsync()
    {
        var connection = new NpgsqlConnection(await new PostgresFixture().SuperuserAsync(console.Database.Application));
        await connection.OpenAsync(Cancelled);
        await using var hold = new NpgsqlCommand("BEGIN; LOCK TABLE catalogue.cards IN ACCESS EXCLUSIVE MODE", connection);
        await hold.ExecuteNonQueryAsync(Cancelled);
        return connection;
    }
}
