using System.Net;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Outbox;

public sealed class EventChangeTests(OutboxServer server) : IClassFixture<OutboxServer>
{
    private const string UnknownEvent = "urn:rowhouse:outbox:unknown-event";
    private const string EventWaits = "urn:rowhouse:outbox:event-waits";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenants_event_that_is_tried_again_is_delivered_once_its_handler_is_mended()
    {
        var tenant = await server.CreateTenantAsync("Mended");
        server.IsMended = false;
        await server.PublishAsync(tenant, 7);
        var failed = (await server.SetAsideAsync("?tenant=mended")).Single();

        // Not mended yet: it fails as often as a new one, and is set aside again.
        await RetryAsync("mended", failed.Id).ShouldBeAsync(HttpStatusCode.NoContent);
        await Eventually.UntilAsync(async () => (await server.ListAsync("?tenant=mended")).Items is [{ } again] && again.FailedAt > failed.FailedAt, Cancelled);
        (await server.DeliveredAsync(tenant)).ShouldBeEmpty();

        server.IsMended = true;
        await RetryAsync("mended", failed.Id).ShouldBeAsync(HttpStatusCode.NoContent);
        await Eventually.UntilAsync(async () => (await server.DeliveredAsync(tenant)).Count > 0, Cancelled);
        await Eventually.UntilAsync(async () => (await server.ListAsync("?tenant=mended&state=waiting")).Items.Count == 0, Cancelled);

        (await server.DeliveredAsync(tenant)).ShouldBe([7]);
        (await server.ListAsync("?tenant=mended")).Items.ShouldBeEmpty();
        await RetryAsync("mended", failed.Id).ProblemAsync(HttpStatusCode.NotFound, UnknownEvent);
        var recorded = await server.RecordedAsync(failed.Id, "event.retried");
        recorded.Count.ShouldBe(2);
        recorded.ShouldAllBe(entry => entry.TenantId == tenant.Id && entry.Outcome == "done");
    }

    [Fact]
    public async Task The_platforms_event_is_tried_again_by_its_own_address()
    {
        server.IsMended = false;
        await server.PublishControlAsync(1);
        var failed = (await server.SetAsideAsync("?kind=entries.unheard")).Single();
        (failed.Place, failed.Tenant, failed.Error).ShouldBe(("platform", null, "tests.hear: System.IO.InvalidDataException"));

        server.IsMended = true;
        await RetryAsync(null, failed.Id).ShouldBeAsync(HttpStatusCode.NoContent);

        await Eventually.UntilAsync(async () => (await server.ListAsync("?kind=entries.unheard&state=waiting")).Items.Count == 0, Cancelled);
        (await server.ListAsync("?kind=entries.unheard")).Items.ShouldBeEmpty();
        (await server.RecordedAsync(failed.Id, "event.retried")).ShouldHaveSingleItem().TenantId.ShouldBeNull();
    }

    [Fact]
    public async Task What_is_dropped_is_gone_and_recorded_once()
    {
        var tenant = await server.CreateTenantAsync("Dropped");
        var (home, about, platform) = (OutboxRows.NewId(), OutboxRows.NewId(), OutboxRows.NewId());
        await server.AddToHomeAsync(tenant.Id, new(home));
        await server.AddToControlAsync(tenant.Id, new(about));
        await server.AddToControlAsync(null, new(platform));

        foreach (var (slug, id) in new (string?, Guid)[] { ("dropped", home), (null, about), (null, platform) })
        {
            await DropAsync(slug, id).ShouldBeAsync(HttpStatusCode.NoContent);
            await DropAsync(slug, id).ProblemAsync(HttpStatusCode.NotFound, UnknownEvent);
            var entry = (await server.RecordedAsync(id, "event.dropped")).ShouldHaveSingleItem();
            entry.TenantId.ShouldBe(id == platform ? null : tenant.Id);
            entry.Details.ShouldNotBeNull().GetProperty("kind").GetString().ShouldBe(OutboxRows.Kind);
            entry.Details.ToString().ShouldNotBeNull().ShouldNotContain("secret");
        }

        (await server.ListAsync("?tenant=dropped")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_waits_is_neither_tried_again_nor_dropped()
    {
        var tenant = await server.CreateTenantAsync("Waits");
        var id = OutboxRows.NewId();
        await server.AddToHomeAsync(tenant.Id, new(id, Failed: false));
        await server.AddToControlAsync(null, new(id, Failed: false));

        foreach (var slug in new[] { "waits", null })
        {
            await RetryAsync(slug, id).ProblemAsync(HttpStatusCode.Conflict, EventWaits);
            await DropAsync(slug, id).ProblemAsync(HttpStatusCode.Conflict, EventWaits);
        }

        (await server.ListAsync($"?state=waiting&kind={OutboxRows.Kind}")).Items.Count(one => one.Id == id).ShouldBe(2);
        (await server.RecordedAsync(id, "event.dropped")).ShouldBeEmpty();
        (await server.RecordedAsync(id, "event.retried")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_event_is_found_where_it_lies_and_nowhere_else()
    {
        var tenant = await server.CreateTenantAsync("Owner");
        await server.CreateTenantAsync("Neighbour");
        var (home, control) = (OutboxRows.NewId(), OutboxRows.NewId());
        await server.AddToHomeAsync(tenant.Id, new(home));
        await server.AddToControlAsync(tenant.Id, new(control));

        foreach (var (slug, id) in new (string?, Guid)[] { ("neighbour", home), (null, home), ("owner", control), ("neighbour", control), ("owner", OutboxRows.NewId()), (null, OutboxRows.NewId()) })
        {
            await RetryAsync(slug, id).ProblemAsync(HttpStatusCode.NotFound, UnknownEvent);
            await DropAsync(slug, id).ProblemAsync(HttpStatusCode.NotFound, UnknownEvent);
        }

        await RetryAsync("nobody-has-this", home).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
        await DropAsync("nobody-has-this", home).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
        (await server.ListAsync("?tenant=owner")).Items.Select(one => one.Id).ShouldBe([control, home], ignoreOrder: true);
    }

    [Fact]
    public async Task Of_one_id_in_two_homes_the_named_tenants_is_dropped()
    {
        var (one, other) = (await server.CreateTenantAsync("Twin One"), await server.CreateTenantAsync("Twin Other"));
        var id = OutboxRows.NewId();
        await server.AddToHomeAsync(one.Id, new(id));
        await server.AddToHomeAsync(other.Id, new(id));
        await server.AddToControlAsync(one.Id, new(id));

        await DropAsync("twin-one", id).ShouldBeAsync(HttpStatusCode.NoContent);

        (await server.ListAsync("?tenant=twin-one")).Items.ShouldHaveSingleItem().Place.ShouldBe("platform");
        (await server.ListAsync("?tenant=twin-other")).Items.ShouldHaveSingleItem().Place.ShouldBe("tenant");
    }

    [Fact]
    public async Task Of_many_at_once_one_changes_the_event_and_one_is_recorded()
    {
        var tenant = await server.CreateTenantAsync("Contended");
        for (var round = 0; round < 5; round++)
        {
            var id = OutboxRows.NewId();
            await server.AddToHomeAsync(tenant.Id, new(id));
            await server.AddToControlAsync(null, new(id));
            foreach (var slug in new[] { "contended", null })
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
                {
                    using var answer = await (i % 2 == 0 ? RetryAsync(slug, id) : DropAsync(slug, id));
                    return answer.StatusCode;
                }));

                answers.ShouldBeSubsetOf([HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.Conflict]);
                answers.Count(status => status is HttpStatusCode.NoContent).ShouldBe(1);
            }

            ((await server.RecordedAsync(id, "event.retried")).Count + (await server.RecordedAsync(id, "event.dropped")).Count).ShouldBe(2);
        }
    }

    [Fact]
    public async Task A_retry_that_is_sent_again_finds_the_event_waiting_and_changes_nothing()
    {
        var tenant = await server.CreateTenantAsync("Sent Again");
        var id = OutboxRows.NewId();
        await server.AddToHomeAsync(tenant.Id, new(id));

        await RetryAsync("sent-again", id).ShouldBeAsync(HttpStatusCode.NoContent);
        await RetryAsync("sent-again", id).ProblemAsync(HttpStatusCode.Conflict, EventWaits);

        (await server.ListAsync("?tenant=sent-again&state=waiting")).Items.ShouldHaveSingleItem().Attempts.ShouldBe(0);
        (await server.RecordedAsync(id, "event.retried")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_suspended_tenants_event_is_shown_and_stays_as_it_is()
    {
        var tenant = await server.CreateTenantAsync("Shut");
        var id = OutboxRows.NewId();
        await server.AddToHomeAsync(tenant.Id, new(id));
        await server.SuperAdmin.PostAsync("/api/tenants/shut/suspend", null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        await RetryAsync("shut", id).ProblemAsync(HttpStatusCode.Locked, "urn:rowhouse:tenancy:suspended");
        await DropAsync("shut", id).ProblemAsync(HttpStatusCode.Locked, "urn:rowhouse:tenancy:suspended");

        (await server.ListAsync("?tenant=shut")).Items.ShouldHaveSingleItem().Id.ShouldBe(id);
        (await server.RecordedAsync(id, "event.dropped")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_not_done()
    {
        var tenant = await server.CreateTenantAsync("Unrecorded");
        var id = OutboxRows.NewId();
        await server.AddToHomeAsync(tenant.Id, new(id));
        await server.AddToControlAsync(null, new(id));
        await AuditAsync("ADD CONSTRAINT tests CHECK (action <> 'event.dropped') NOT VALID");
        try
        {
            await DropAsync("unrecorded", id).ShouldBeAsync(HttpStatusCode.InternalServerError);
            await DropAsync(null, id).ShouldBeAsync(HttpStatusCode.InternalServerError);
        }
        finally
        {
            await AuditAsync("DROP CONSTRAINT tests");
        }

        (await server.ListAsync($"?kind={OutboxRows.Kind}&limit=200")).Items.Count(one => one.Id == id).ShouldBe(2);
    }

    [Fact]
    public async Task An_id_that_is_none_is_an_address_that_is_not_there()
    {
        await server.SuperAdmin.PostAsync("/api/outbox/first/retry", null, Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:request:unknown-address");
        await server.SuperAdmin.DeleteAsync("/api/tenants/owner/outbox/first", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:request:unknown-address");
    }

    private async Task AuditAsync(string change)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(await new PostgresFixture().SuperuserAsync(server.Database.Control!)); // a server has a control database
        await using var command = source.CreateCommand($"ALTER TABLE platform.audit {change}");
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private Task<HttpResponseMessage> RetryAsync(string? tenant, Guid id) => server.SuperAdmin.PostAsync($"{Address(tenant)}/{id}/retry", null, Cancelled);

    private Task<HttpResponseMessage> DropAsync(string? tenant, Guid id) => server.SuperAdmin.DeleteAsync($"{Address(tenant)}/{id}", Cancelled);

    private static string Address(string? tenant) => tenant is null ? "/api/outbox" : $"/api/tenants/{tenant}/outbox";
}
