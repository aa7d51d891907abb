using System.Net;
using System.Text.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Outbox;

/// <summary>What the operator is shown. Each test has a kind of its own, since the list is of all tenants.</summary>
public sealed class EventListTests(OutboxServer server) : IClassFixture<OutboxServer>
{
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_that_failed_is_shown_with_whose_it_is_and_why_and_never_with_what_it_says()
    {
        var tenant = await server.CreateTenantAsync("Shown Cards");
        server.IsMended = false;
        await server.PublishAsync(tenant, 1);
        await server.SetAsideAsync("?tenant=shown-cards");

        var text = await server.SuperAdmin.GetStringAsync("/api/outbox?tenant=shown-cards", Cancelled);
        var failed = JsonSerializer.Deserialize<Page<EventResponse>>(text, JsonSerializerOptions.Web).ShouldNotBeNull().Items.ShouldHaveSingleItem();

        (failed.Place, failed.Kind, failed.State, failed.Attempts).ShouldBe(("tenant", "entries.recorded", "failed", 2));
        failed.Tenant.ShouldBe(new EventTenant(tenant.Id, "shown-cards", "Shown Cards"));
        failed.Error.ShouldBe("ledger.copy: System.IO.InvalidDataException");
        failed.FailedAt.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(failed.PublishedAt);
        failed.NextTryAt.ShouldBeNull();
        text.ShouldNotContain("secret");
    }

    [Fact]
    public async Task What_was_set_aside_comes_newest_first_and_what_waits_oldest_first_from_both_databases()
    {
        const string Kind = "tests.both";
        var tenant = await server.CreateTenantAsync("Both");
        for (var i = 0; i < 3; i++)
        {
            foreach (var failed in new[] { true, false })
            {
                await server.AddToHomeAsync(tenant.Id, new(OutboxRows.NewId(), failed) { Kind = Kind, CreatedAt = Day.AddHours(2 * i) });
                await server.AddToControlAsync(i == 0 ? null : tenant.Id, new(OutboxRows.NewId(), failed) { Kind = Kind, CreatedAt = Day.AddHours((2 * i) + 1) });
            }
        }

        var set = (await server.ListAsync($"?kind={Kind}")).Items;
        var waits = (await server.ListAsync($"?kind={Kind}&state=waiting")).Items;

        set.Select(one => one.PublishedAt).ShouldBe([Day.AddHours(5), Day.AddHours(4), Day.AddHours(3), Day.AddHours(2), Day.AddHours(1), Day]);
        set.Select(one => one.Place).ShouldBe(["platform", "tenant", "platform", "tenant", "platform", "tenant"]);
        set.ShouldAllBe(one => one.State == "failed" && one.FailedAt == one.PublishedAt.AddHours(2) && one.NextTryAt == null);
        (set[4].Tenant, set[2].Tenant?.Slug).ShouldBe((null, "both"));
        waits.Select(one => one.PublishedAt).ShouldBe(set.Select(one => one.PublishedAt).Reverse());
        waits.ShouldAllBe(one => one.State == "waiting" && one.FailedAt == null && one.NextTryAt == one.PublishedAt.AddHours(1));
        (await server.ListAsync($"?kind={Kind}&sort=publishedAt")).Items.Select(one => one.Id).ShouldBe(set.Select(one => one.Id).Reverse());
    }

    [Fact]
    public async Task Pages_go_on_where_the_last_ended_also_among_events_of_one_time_and_id()
    {
        const string Kind = "tests.paged";
        TestTenant[] tenants = [await server.CreateTenantAsync("Paged One"), await server.CreateTenantAsync("Paged Two"), await server.CreateTenantAsync("Paged Three")];
        var shared = OutboxRows.NewId();
        foreach (var tenant in tenants)
        {
            await server.AddToHomeAsync(tenant.Id, new(shared) { Kind = Kind });
            await server.AddToHomeAsync(tenant.Id, new(OutboxRows.NewId()) { Kind = Kind });
            await server.AddToControlAsync(tenant.Id, new(OutboxRows.NewId()) { Kind = Kind });
        }

        foreach (var limit in new[] { 1, 2, 4, 9 })
        {
            List<EventResponse> all = [];
            string? after = null;
            do
            {
                var page = await server.ListAsync($"?kind={Kind}&limit={limit}&count=true{(after is null ? "" : $"&after={after}")}");
                page.Items.Count.ShouldBeLessThanOrEqualTo(limit);
                page.Total.ShouldBe(9);
                all.AddRange(page.Items);
                after = page.Next;
            }
            while (after is not null);

            all.Select(one => (one.Id, one.Place, one.Tenant?.Id)).Distinct().Count().ShouldBe(9);
            all.Count.ShouldBe(9);
        }
    }

    [Fact]
    public async Task A_tenants_events_are_those_in_its_home_and_those_about_it()
    {
        const string Kind = "tests.filtered";
        var one = await server.CreateTenantAsync("Filtered One");
        var other = await server.CreateTenantAsync("Filtered Other");
        Guid[] ids = [OutboxRows.NewId(), OutboxRows.NewId()];
        await server.AddToHomeAsync(one.Id, new(ids[0]) { Kind = Kind });
        await server.AddToControlAsync(one.Id, new(ids[1]) { Kind = Kind });
        await server.AddToHomeAsync(other.Id, new(OutboxRows.NewId()) { Kind = Kind });
        await server.AddToControlAsync(null, new(OutboxRows.NewId()) { Kind = Kind });

        (await server.ListAsync($"?kind={Kind}")).Items.Count.ShouldBe(4);
        (await server.ListAsync($"?kind={Kind}&tenant=filtered-one")).Items.Select(one => one.Id).ShouldBe(ids, ignoreOrder: true);
        (await server.ListAsync($"?tenant={one.Id}&count=true")).Total.ShouldBe(2);
        (await server.ListAsync("?tenant=filtered-one&kind=tests.other")).Items.ShouldBeEmpty();
        (await server.ListAsync("?tenant=filtered-one&state=waiting")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_event_whose_tenant_is_in_no_catalogue_is_shown_by_its_id()
    {
        const string Kind = "tests.orphan";
        var gone = OutboxRows.NewId();
        await server.AddToHomeAsync(gone, new(OutboxRows.NewId()) { Kind = Kind });

        (await server.ListAsync($"?kind={Kind}")).Items.ShouldHaveSingleItem().Tenant.ShouldBe(new EventTenant(gone, null, null));
    }

    [Fact]
    public async Task The_summary_counts_both_databases_to_a_thousand()
    {
        var tenant = await server.CreateTenantAsync("Counted");
        var before = await SummaryAsync();
        var oldest = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await server.AddToHomeAsync(tenant.Id, new(OutboxRows.NewId()));
        await server.AddToControlAsync(null, new(OutboxRows.NewId(), Failed: false) { CreatedAt = oldest.AddDays(1) });
        await server.AddToHomeAsync(tenant.Id, new(OutboxRows.NewId(), Failed: false) { CreatedAt = oldest });

        var after = await SummaryAsync();
        (after.Failed - before.Failed, after.Waiting - before.Waiting, after.Most, after.OldestWaitingAt).ShouldBe((1, 2, 1000, oldest));

        await server.AddManyToHomeAsync(tenant.Id, 1001);
        (await SummaryAsync()).Failed.ShouldBe(1000);
    }

    [Theory]
    [InlineData("?state=lost", "state")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=201", "limit")]
    [InlineData("?sort=kind", "sort")]
    [InlineData("?after=x", "after")]
    public async Task What_cannot_be_listed_is_refused_field_by_field(string query, string field) =>
        (await server.SuperAdmin.GetAsync($"/api/outbox{query}", Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe([field]);

    [Fact]
    public async Task A_tenant_that_is_not_there_has_no_empty_list() =>
        await server.SuperAdmin.GetAsync("/api/outbox?tenant=nobody-has-this", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");

    [Fact]
    public async Task Only_those_who_run_the_platform_are_shown_events_or_change_them()
    {
        var tenant = await server.CreateTenantAsync("Curious");
        var id = OutboxRows.NewId();
        await server.AddToHomeAsync(tenant.Id, new(id));
        await server.AddToControlAsync(tenant.Id, new(id));

        foreach (var (method, path) in new[] { ("GET", "/api/outbox"), ("GET", "/api/outbox/summary"), ("POST", $"/api/outbox/{id}/retry"), ("DELETE", $"/api/outbox/{id}"), ("POST", $"/api/tenants/curious/outbox/{id}/retry"), ("DELETE", $"/api/tenants/curious/outbox/{id}") })
        {
            await server.Nobody.SendAsync(new(new(method), path), Cancelled).ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:access:sign-in-required");
            await tenant.Admin.Client.SendAsync(new(new(method), path), Cancelled).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:access:not-allowed");
        }

        (await server.ListAsync("?tenant=curious")).Items.Count.ShouldBe(2);
    }

    private Task<EventSummaryResponse> SummaryAsync() => server.SuperAdmin.GetAsync("/api/outbox/summary", Cancelled).ReadAsync<EventSummaryResponse>();
}
