using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Testing;
using Rowhouse.Testing.Host.Ledger;
using Rowhouse.Tests.Server;
using Shouldly;
using static Microsoft.Playwright.Assertions;

namespace Rowhouse.Browser.Tests;

/// <summary>What the operator does when a handler fails.</summary>
public sealed class EventsTests(EventsTests.Server console) : IClassFixture<EventsTests.Server>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_whose_handler_fails_is_shown_retried_once_that_is_mended_and_another_dropped()
    {
        var tenant = await console.CreateTenantAsync("Event Cards");
        await console.PublishAsync(tenant, 1);
        await console.PublishAsync(tenant, 2);
        await Eventually.UntilAsync(async () => (await console.SuperAdmin.GetStringAsync("/api/outbox?tenant=event-cards", Cancelled)).Split("entries.recorded").Length == 3, Cancelled);

        await using var window = await console.OpenAsAsync(ServerFixture.AdminEmail);
        var page = window.Page;
        await page.GotoAsync("/platform");
        await page.GetByRole(AriaRole.Link, new() { Name = "Events" }).ClickAsync();
        await Expect(page.GetByText("ledger.copy: System.IO.InvalidDataException")).ToHaveCountAsync(2);
        await Expect(page.GetByText("Set aside: 2")).ToBeVisibleAsync();
        await window.PictureAsync("events-set-aside");
        await page.SetViewportSizeAsync(360, 740);
        await Expect(page.GetByText("ledger.copy: System.IO.InvalidDataException")).ToHaveCountAsync(2);
        await window.PictureAsync("events-set-aside-phone");
        await page.SetViewportSizeAsync(1280, 860);

        await page.GetByRole(AriaRole.Button, new() { Name = "Drop entries.recorded of Event Cards" }).First.ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByText("never learn of it")).ToBeVisibleAsync();
        await window.PictureAsync("events-drop");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Drop event" }).ClickAsync();
        await Expect(page.GetByText("Set aside: 1")).ToBeVisibleAsync();

        console.IsMended = true;
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry entries.recorded of Event Cards" }).ClickAsync();
        await Expect(page.GetByText("Nothing was set aside")).ToBeVisibleAsync();
        await window.PictureAsync("events-none");

        // The newest came first, and was dropped.
        await Eventually.UntilAsync(async () => (await console.DeliveredAsync(tenant)).Count > 0, Cancelled);
        (await console.DeliveredAsync(tenant)).ShouldBe([1]);
        window.Complaints.ShouldBeEmpty();
    }

    /// <summary>A console before a server whose handler fails until it is mended.</summary>
    public sealed class Server(Browser browser) : ConsoleFixture(browser)
    {
        private volatile bool isMended;

        public bool IsMended
        {
            get => isMended;
            set => isMended = value;
        }

        protected override string Template => "rowhouse_ledger";

        protected override void Configure(WebApplicationBuilder builder)
        {
            builder.Services.AddSingleton(new LedgerProbe { Before = (_, _, _) => IsMended ? Task.CompletedTask : throw new InvalidDataException("what nobody is shown") });
            builder.AddTenantDbContext<LedgerDb>().AddEvent<Recorded>("entries.recorded").AddEventHandler<Recorded, CopyRecorded, LedgerDb>("ledger.copy")
                .WithOutbox(options =>
                {
                    options.FirstPause = TimeSpan.FromMilliseconds(20);
                    options.MaxAttempts = 2;
                });
        }

        public async Task PublishAsync(TestTenant tenant, int number)
        {
            await using var scope = await EnterAsync(tenant);
            var db = scope.Get<LedgerDb>();
            db.Publish(new Recorded(number));
            await db.SaveChangesAsync(Cancelled);
        }

        public async Task<List<int>> DeliveredAsync(TestTenant tenant)
        {
            await using var scope = await EnterAsync(tenant);
            return await scope.Get<LedgerDb>().Entries.Select(entry => entry.Number).ToListAsync(Cancelled);
        }

        private ValueTask<EnteredTenant> EnterAsync(TestTenant tenant) => Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(tenant.Id), Cancelled);
    }
}
