using System.Net;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Outbox;

/// <summary>Events that lie in a home of its tenant's own.</summary>
public sealed class PrivateOutboxTests(PrivateOutboxTests.Fixture server) : IClassFixture<PrivateOutboxTests.Fixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_delivered_shown_to_the_operator_and_tried_again_like_others()
    {
        var tenant = await server.CreateTenantAsync("Publishes Alone");
        await server.PublishAsync(tenant, 1);
        await Eventually.UntilAsync(async () => (await server.DeliveredAsync(tenant)).Contains(1), Cancelled);

        server.IsMended = false;
        await server.PublishAsync(tenant, 2);
        var failed = (await server.SetAsideAsync($"?tenant={tenant.Slug}")).Single();
        server.IsMended = true;

        failed.Tenant!.Id.ShouldBe(tenant.Id);
        await server.SuperAdmin.PostAsync($"/api/tenants/{tenant.Slug}/outbox/{failed.Id}/retry", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await Eventually.UntilAsync(async () => (await server.DeliveredAsync(tenant)).Contains(2), Cancelled);
    }

    [Fact]
    public async Task A_sweep_finds_the_homes_in_which_something_waits()
    {
        var tenant = await server.CreateTenantAsync("Swept");
        var other = await server.CreateTenantAsync("Swept Too");
        var quiet = await server.CreateTenantAsync("Nothing To Sweep");
        foreach (var waiting in new[] { tenant, other })
        {
            await server.AddToHomeAsync(waiting.Id, new(OutboxRows.NewId(), Failed: false), waiting.Tenant.TableName);
        }

        var found = await FindAsync(Guid.Empty, 1000);

        found.ShouldBe(found.Order());
        found.ShouldContain(tenant.Id);
        found.ShouldContain(other.Id);
        found.ShouldNotContain(quiet.Id);
        (await FindAsync(found[0], 1)).ShouldBe([found[1]]);
        (await FindAsync(found[^1], 1000)).ShouldBeEmpty();
    }

    private Task<IReadOnlyList<Guid>> FindAsync(Guid after, int most) => OutboxSweep.FindInHomesAsync(server.Services, after, most, Cancelled);

    public sealed class Fixture : OutboxServer
    {
        protected override string CloudType => "private";
    }
}
