using System.Net;
using Rowhouse.Modules.Provisioning;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Products;

/// <summary>Products whose subscription ends before they are set up.</summary>
public sealed class StoppedProductTests(ProductServer server) : IClassFixture<ProductServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("public")]
    [InlineData("private")]
    public async Task What_waits_when_the_subscription_ends_is_set_up_no_more_and_begins_anew_with_the_next_one(string cloudType)
    {
        var slug = $"ends-{cloudType}";
        server.Refuse($"make depot {slug}", 503);
        await server.MakeAsync($"Ends {cloudType}", cloudType, "depot", "quay");
        await Eventually.UntilAsync(async () => (await server.ProductAsync(slug)).Error is not null, Cancelled);

        await server.UnsubscribeAsync(slug);

        var stopped = await server.UntilAsync(slug, "stopped");
        (stopped.Error, stopped.PendingReason).ShouldBe((null, null));
        var operation = await server.OperationAsync(stopped.Operation.ShouldNotBeNull());
        (operation.Status, operation.Reason).ShouldBe(("succeeded", "The tenant does not subscribe to it any more, so it is not set up."));
        await server.RetryAsync(slug).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:products:wrong-state");
        await server.UntilAsync(slug, "ready", "quay");
        var calls = server.CallsFor(slug);
        server.Vendor.Before.TryRemove($"make depot {slug}", out _);
        await Task.Delay(TimeSpan.FromMilliseconds(500), Cancelled); // time in which it could be called
        server.CallsFor(slug).ShouldBe(calls);

        await server.SubscribeAsync(slug, "depot").ShouldBeAsync(HttpStatusCode.Created);

        (await server.UntilAsync(slug, "ready")).Operation.ShouldNotBe(stopped.Operation);
        server.Vendor.ActsOn($"depot {slug}").ShouldBe([$"made depot {slug}"]);
    }

    [Theory]
    [InlineData(503, "stopped")]
    [InlineData(200, "ready")] // it is there, so whoever subscribes again has it
    [InlineData(422, "failed")]
    public async Task Whoever_is_being_asked_when_the_subscription_ends_is_not_asked_again(int answer, string state)
    {
        var slug = $"asked-{answer}";
        var (reached, go) = server.Hold($"make depot {slug}");
        await server.MakeAsync($"Asked {answer}", "public", "depot");
        await reached.WaitAsync(Cancelled);

        await server.UnsubscribeAsync(slug);
        server.Refuse($"{(answer == 200 ? "nothing" : "answer")} depot {slug}", answer, "No.");
        go.SetResult();

        var product = await server.UntilAsync(slug, state);
        await Eventually.UntilAsync(async () => (await server.OperationAsync(product.Operation!.Value)).EndedAt is not null, Cancelled);
        server.CallsFor(slug).ShouldBe(1);
        server.Vendor.ActsOn($"depot {slug}").ShouldBe([$"made depot {slug}"]);
    }

    [Fact]
    public async Task Whoever_subscribes_again_before_anybody_has_stopped_goes_on_with_what_was_begun()
    {
        var (reached, go) = server.Hold("make depot back-soon");
        await server.MakeAsync("Back Soon", "public", "depot");
        await reached.WaitAsync(Cancelled);

        await server.UnsubscribeAsync("back-soon");
        await server.SubscribeAsync("back-soon", "depot").ShouldBeAsync(HttpStatusCode.Created);
        go.SetResult();

        await server.UntilAsync("back-soon", "ready");
        (await server.OperationsAsync("back-soon")).ShouldHaveSingleItem().Reason.ShouldBeNull();
    }

    [Fact]
    public async Task Of_a_subscription_and_whoever_stops_for_want_of_one_at_the_same_moment_one_comes_first()
    {
        var superuser = await new PostgresFixture().SuperuserAsync(server.Database.Control!);
        server.Refuse("make depot crossing", 503);
        await server.MakeAsync("Crossing", "public", "depot");
        await Eventually.UntilAsync(async () => (await server.ProductAsync("crossing")).Error is not null, Cancelled);
        var first = (await server.ProductAsync("crossing")).Operation;
        Task<HttpResponseMessage> subscribing;
        await using (await ControlGate.PlaceAsync(superuser, "platform.tenant_products", "NEW.state = 4"))
        {
            await server.UnsubscribeAsync("crossing");
            await ControlGate.UntilHeldAsync(superuser);
            server.Vendor.Before.TryRemove("make depot crossing", out _);
            subscribing = server.SubscribeAsync("crossing", "depot");
            await Eventually.UntilAsync(() => HomeWork.ScalarAsync<bool>(superuser, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%tenant_products SET state%')"), Cancelled);
        }

        await subscribing.ShouldBeAsync(HttpStatusCode.Created);
        await ControlGate.RemoveAsync(superuser);

        (await server.UntilAsync("crossing", "ready")).Operation.ShouldNotBe(first);
        (await server.TenantAsync("crossing")).Products.ShouldBe(["depot"]);
    }

    [Fact]
    public async Task What_was_half_made_when_the_subscription_ended_is_removed_with_the_tenant()
    {
        server.Provisioned.AtEnd["depot half-stopped"] = _ => throw new ProvisioningException("Not now.") { IsTransient = true };
        var tenant = await server.MakeAsync("Half Stopped", "public", "depot");
        await Eventually.UntilAsync(() => Task.FromResult(server.Vendor.ActsOn("depot half-stopped").Count > 0), Cancelled);
        await server.UnsubscribeAsync("half-stopped");
        await server.UntilAsync("half-stopped", "stopped");
        await server.DeleteAsync("half-stopped");

        (await server.PurgeAsync(tenant)).Status.ShouldBe("succeeded");

        server.Vendor.Workspaces.Values.ShouldNotContain(workspace => workspace.Name == "depot half-stopped");
    }
}
