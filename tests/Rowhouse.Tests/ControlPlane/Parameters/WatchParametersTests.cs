using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.ControlPlane.Placements;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Parameters;

/// <summary>Watching parameters at the server where they change.</summary>
public sealed class WatchParametersTests(WatchParametersTests.Fixture server) : IClassFixture<WatchParametersTests.Fixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_all_that_is_there_is_told_and_then_each_change_and_no_other()
    {
        var tenant = await server.CreateTenantAsync("Watched");
        var account = $"/accounts/{tenant.Id}";
        var (watch, there) = await ParameterWatch.OpenAsync(server.SuperAdmin, $"{account}/");
        using var open = watch;
        there.ShouldBe([
            $"put {account}/cloud-type = public", $"put {account}/postgres/database = {tenant.Tenant.Placement.Database}", $"put {account}/postgres/generation = 1", $"put {account}/postgres/store = shared",
            $"put {account}/provisioning-status = active", $"current {account}/"]);

        // Neither is about a parameter of this tenant's that changes.
        await server.CreateTenantAsync("Not Watched");
        await server.SuperAdmin.PostAsync($"/api/tenants/{tenant.Id}/suspend", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await server.SuperAdmin.PatchAsJsonAsync($"/api/tenants/{tenant.Id}", new { deletionProtection = false }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await server.SuperAdmin.DeleteAsync($"/api/tenants/{tenant.Id}?confirm={tenant.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        // What says that it is ready goes first, and comes last.
        (await watch.UntilAsync(line => line.Contains("cloud-type"))).ShouldBe([
            $"delete {account}/provisioning-status", $"delete {account}/postgres/store", $"delete {account}/postgres/generation", $"delete {account}/postgres/database", $"delete {account}/cloud-type"]);
        await server.SuperAdmin.PostAsync($"/api/tenants/{tenant.Id}/revive", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        (await watch.UntilAsync(line => line.Contains("provisioning-status"))).ShouldBe(there.SkipLast(1));
    }

    [Fact]
    public async Task Whoever_watches_one_parameter_is_told_of_that_one()
    {
        var tenant = await server.CreateTenantAsync("One Of Them");
        var status = $"/accounts/{tenant.Id}/provisioning-status";
        var (watch, there) = await ParameterWatch.OpenAsync(server.SuperAdmin, status);
        using var open = watch;
        there.ShouldBe([$"put {status} = active", $"current {status}"]);

        await server.SuperAdmin.PatchAsJsonAsync($"/api/tenants/{tenant.Id}", new { deletionProtection = false }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await server.SuperAdmin.DeleteAsync($"/api/tenants/{tenant.Id}?confirm={tenant.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        (await watch.NextAsync()).ShouldBe($"delete {status}");
    }

    [Fact]
    public async Task A_private_tenant_is_told_of_from_its_first_moment_and_never_as_active_without_its_home()
    {
        await using var held = await server.HoldReferenceDataAsync();
        var (watch, _) = await ParameterWatch.OpenAsync(server.SuperAdmin, "/accounts/");
        using var open = watch;

        using var answer = await server.AskAsync("Told As It Is Made");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        var account = $"/accounts/{begun.Id}";
        (await watch.UntilAsync(line => line == $"put {account}/provisioning-status = creating")).Where(line => line.Contains(begun.Id.ToString())).ShouldBe([
            $"put {account}/cloud-type = private", $"put {account}/postgres/database = {begun.TableName}", $"put {account}/postgres/generation = 1", $"put {account}/postgres/store = dedicated",
            $"put {account}/provisioning-status = creating"]);
        (await server.OfAccountAsync(begun.Id))["provisioning-status"].ShouldBe("creating");
        await held.DisposeAsync();

        (await watch.UntilAsync(line => line == $"put {account}/provisioning-status = active")).Count(line => line.Contains(begun.Id.ToString())).ShouldBe(1);
        (await server.OfAccountAsync(begun.Id))["postgres/database"].ShouldBe(begun.TableName);
    }

    [Fact]
    public async Task One_that_fails_says_why_and_not_where_until_it_is_tried_again_and_leaves_nothing_when_it_is_deleted()
    {
        var (watch, _) = await ParameterWatch.OpenAsync(server.SuperAdmin, "/accounts");
        using var open = watch;
        await server.ExecuteAsync("REVOKE SELECT ON catalogue.cards FROM rowhouse_platform");
        using var answer = await server.AskAsync("Fails First");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        var account = $"/accounts/{begun.Id}";

        var told = await watch.UntilAsync(line => line == $"put {account}/provisioning-status = failed");

        var reason = (await server.TenantAsync(begun.Slug)).ProvisioningError.ShouldNotBeNull();
        reason.ShouldContain("permission denied");
        told.Where(line => line.Contains(begun.Id.ToString())).TakeLast(5).ShouldBe([
            $"delete {account}/postgres/store", $"delete {account}/postgres/generation", $"delete {account}/postgres/database", $"put {account}/provisioning-error = {reason}", $"put {account}/provisioning-status = failed"]);
        (await server.OfAccountAsync(begun.Id)).ShouldBe(new Dictionary<string, string> { ["cloud-type"] = "private", ["provisioning-error"] = reason, ["provisioning-status"] = "failed" });

        await server.SuperAdmin.PostAsync($"/api/tenants/{begun.Slug}/retry", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);
        (await watch.UntilAsync(line => line == $"put {account}/provisioning-status = creating")).ShouldContain($"delete {account}/provisioning-error");
        await watch.UntilAsync(line => line == $"put {account}/provisioning-status = failed");
        await server.EndOfAsync(answer.Headers.Location);
        await server.ExecuteAsync("GRANT SELECT ON catalogue.cards TO rowhouse_platform");
        using var again = await server.SuperAdmin.PostAsync($"/api/tenants/{begun.Slug}/retry", content: null, Cancelled);
        (await server.EndOfAsync(again.Headers.Location)).Status.ShouldBe("succeeded");
        (await server.OfAccountAsync(begun.Id)).Keys.Order().ShouldBe(["cloud-type", "postgres/database", "postgres/generation", "postgres/store", "provisioning-status"]);

        await server.SuperAdmin.DeleteAsync($"/api/tenants/{begun.Id}?confirm={begun.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        (await server.OfAccountAsync(begun.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_set_of_the_platform_is_told_and_what_is_put_back_is_told_as_the_default()
    {
        const string path = "/platform/postgres/default-dedicated-store";
        var (watch, there) = await ParameterWatch.OpenAsync(server.SuperAdmin, path);
        using var open = watch;
        there.ShouldBe([$"put {path} = least-full", $"current {path}"]);

        await server.SuperAdmin.PutAsJsonAsync($"/api/parameters?path={path}", new { value = "second" }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        (await watch.NextAsync()).ShouldBe($"put {path} = second");
        await server.SuperAdmin.DeleteAsync($"/api/parameters?path={path}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        (await watch.NextAsync()).ShouldBe($"put {path} = least-full");
    }

    [Fact]
    public async Task Where_nothing_happens_it_says_so_now_and_then_and_ends_after_ten_minutes()
    {
        await using var quiet = new Quiet();
        await quiet.InitializeAsync();
        var (watch, _) = await ParameterWatch.OpenAsync(quiet.SuperAdmin, "/platform/");
        using var open = watch;

        (await AfterAsync(WatchParameters.Heartbeat)).ShouldBe("current /platform/");

        // So it does where somebody tells of changes all the time that are none.
        var feed = quiet.Services.GetRequiredService<ParameterFeed>();
        (await AfterAsync(TimeSpan.FromSeconds(5), feed.TellPlatform)).ShouldBe("current /platform/");
        var last = await AfterAsync(TimeSpan.FromMinutes(10));
        (last is null || await AfterAsync(WatchParameters.Heartbeat) is null).ShouldBeTrue();

        async Task<string?> AfterAsync(TimeSpan time, Action? meanwhile = null)
        {
            var next = watch.NextAsync();
            while (!next.IsCompleted)
            {
                quiet.Clock.Advance(time); // until it waits by the clock
                meanwhile?.Invoke();
                await Task.WhenAny(next, Task.Delay(100, Cancelled));
            }

            return await next;
        }
    }

    [Fact]
    public async Task Where_the_database_is_not_heard_it_is_silent_until_it_is()
    {
        await using var deaf = new Quiet();
        await deaf.InitializeAsync();
        var (watch, _) = await ParameterWatch.OpenAsync(deaf.SuperAdmin, "/platform/");
        using var open = watch;
        var feed = deaf.Services.GetRequiredService<ParameterFeed>();
        var next = watch.NextAsync();

        feed.Lose();
        for (var i = 0; i < 5; i++)
        {
            deaf.Clock.Advance(WatchParameters.Heartbeat);
            await Task.Delay(100, Cancelled);
        }

        next.IsCompleted.ShouldBeFalse();
        feed.Begin();
        (await next).ShouldBe("current /platform/");
    }

    [Fact]
    public async Task A_watcher_does_not_hold_a_server_that_stops()
    {
        var stopping = new Fixture();
        await stopping.InitializeAsync();
        var (watch, _) = await ParameterWatch.OpenAsync(stopping.SuperAdmin, "/");
        using var open = watch;
        var stop = stopping.DisposeAsync().AsTask();

        await stop.WaitAsync(TimeSpan.FromSeconds(10), Cancelled); // it would be held for fifteen
    }

    /// <summary>A server that knows of a second store.</summary>
    public sealed class Fixture : ServerFixture
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await this.AddStoreRowsAsync("second");
        }

        public async Task ExecuteAsync(string sql) => await HomeWork.ExecuteAsync(await new Rowhouse.Testing.PostgresFixture().SuperuserAsync(Database.Application), sql);
    }

    private sealed class Quiet : ServerFixture
    {
        public FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

        protected override void Configure(WebApplicationBuilder builder) => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
    }
}
