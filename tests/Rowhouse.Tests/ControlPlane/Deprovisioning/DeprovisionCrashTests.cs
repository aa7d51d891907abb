using System.Net;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Testing;
using Rowhouse.Tests.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Deprovisioning;

/// <summary>Tenants that are being removed while workers die, and others want something else.</summary>
public sealed class DeprovisionCrashTests(DeprovisionServer server) : IClassFixture<DeprovisionServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("before products")]
    [InlineData("after products")]
    [InlineData("before home")]
    [InlineData("after home")]
    [InlineData("before keys")]
    [InlineData("after keys")]
    [InlineData("before records")]
    [InlineData("after records")]
    public async Task Wherever_a_worker_dies_the_next_one_goes_on_and_a_sleeper_who_wakes_changes_nothing(string moment)
    {
        var tenant = await MakeAsync($"Dead {moment}");
        var (asleep, wake, entered) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        server.At[(tenant.Id, moment)] = () => Interlocked.Increment(ref entered) == 1 ? SleepAsync() : Task.CompletedTask;
        await server.DeleteAsync(tenant.Id, tenant.Slug);
        await DeprovisionServer.LookAsync(server.Services);
        await asleep.Task.WaitAsync(Cancelled);

        // What its death would leave.
        await server.ExecuteAsync(server.Database.Control!, $"UPDATE platform.operations SET lease_until = now() - interval '1 second', token = gen_random_uuid() WHERE tenant_id = '{tenant.Id}'");
        (await server.EndAsync(tenant.Id)).Status.ShouldBe("succeeded");
        var stone = await server.TenantAsync(tenant.Id);
        wake.SetResult();

        stone.Status.ShouldBe("purged");
        entered.ShouldBeGreaterThan(1);
        (await server.StoredAsync(tenant.Id)).ShouldAllBe(table => table.Value == 0);
        await Eventually.UntilAsync(async () => await server.ScalarAsync<long>(server.Database.Control!, $"SELECT count(*) FROM platform.operation_attempts a JOIN platform.operations o ON o.id = a.operation_id WHERE o.tenant_id = '{tenant.Id}'") == 5, Cancelled);
        (await server.TenantAsync(tenant.Id)).Version.ShouldBe(stone.Version);

        async Task SleepAsync()
        {
            asleep.TrySetResult();
            await wake.Task;
        }
    }

    [Fact]
    public async Task Of_a_removal_that_the_database_ends_in_the_middle_the_rest_is_done_and_meanwhile_nobody_writes()
    {
        var tenant = await MakeAsync("Broken Off");
        await using var holder = new NpgsqlConnection(await new PostgresFixture().SuperuserAsync(server.Database.Application));
        await holder.OpenAsync(Cancelled);
        await using (var hold = new NpgsqlCommand($"BEGIN; SELECT FROM cardvault.collections WHERE tenant_id = '{tenant.Id}' FOR UPDATE", holder))
        {
            await hold.ExecuteNonQueryAsync(Cancelled);
        }

        await server.DeleteAsync(tenant.Id, tenant.Slug);
        await DeprovisionServer.LookAsync(server.Services);
        await WaitAsync();

        (await server.TenantAsync(tenant.Id)).Status.ShouldBe("deleted");
        (await WriteAsync(tenant)).ShouldBe("RH001");
        await server.ExecuteAsync(server.Database.Application, $"SELECT pg_terminate_backend(pid) {Purging}");
        await Eventually.UntilAsync(async () => (await server.OperationAsync(tenant.Id)).Steps[1].Error is not null, Cancelled);
        (await WriteAsync(tenant)).ShouldBe("RH001");
        await WaitAsync(); // it is tried again
        await using (var release = new NpgsqlCommand("ROLLBACK", holder))
        {
            await release.ExecuteNonQueryAsync(Cancelled);
        }

        (await server.EndAsync(tenant.Id)).Status.ShouldBe("succeeded");
        (await server.StoredAsync(tenant.Id)).ShouldAllBe(table => table.Value == 0);
        (await WriteAsync(tenant)).ShouldBe("RH001");

        Task WaitAsync() => Eventually.UntilAsync(async () => await server.ScalarAsync<long>(server.Database.Application, $"SELECT count(*) {Purging} AND wait_event_type = 'Lock'") > 0, Cancelled);
    }

    [Fact]
    public async Task Once_it_has_begun_nobody_revives_the_tenant_or_cancels()
    {
        var tenant = await MakeAsync("No Way Back");
        var (working, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        server.At[(tenant.Id, "before home")] = () =>
        {
            working.TrySetResult();
            return go.Task;
        };
        await server.DeleteAsync(tenant.Id, tenant.Slug);
        await DeprovisionServer.LookAsync(server.Services);
        await working.Task.WaitAsync(Cancelled);

        // By this server's clock the retention has not ended.
        await server.SuperAdmin.PostAsync($"/api/tenants/{tenant.Slug}/revive", null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:retention-ended");
        await server.SuperAdmin.PostAsync($"/api/operations/{(await server.OperationAsync(tenant.Id)).Id}/cancel", null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
        (await server.TenantAsync(tenant.Id)).Status.ShouldBe("deleted");
        (await DeprovisionServer.LookAsync(server.There)).ShouldBe(0);
        go.SetResult();

        (await server.EndAsync(tenant.Id)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task Of_a_revival_and_the_end_of_the_retention_at_the_same_moment_one_comes_first()
    {
        for (var i = 0; i < 12; i++)
        {
            var tenant = await server.CreateTenantAsync($"Moment {i}");
            await server.DeleteAsync(tenant.Id, tenant.Slug);

            var looking = Task.Run(() => DeprovisionServer.LookAsync(server.There), Cancelled);
            await Task.Delay(i % 6, Cancelled);
            using var answer = await server.SuperAdmin.PostAsync($"/api/tenants/{tenant.Id}/revive", null, Cancelled);
            await looking;

            if (answer.StatusCode == HttpStatusCode.OK)
            {
                (await server.SuperAdmin.GetAsync($"/api/tenants/{tenant.Id}/operations", Cancelled).ReadAsync<Page<OperationResponse>>()).Items.ShouldBeEmpty();
                await tenant.Admin.Client.GetAsync("/api/members", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
            }
            else
            {
                answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
                (await server.EndAsync(tenant.Id)).Status.ShouldBe("succeeded");
                (await server.TenantAsync(tenant.Id)).Status.ShouldBe("purged");
            }
        }
    }

    [Fact]
    public async Task A_tenant_is_kept_until_its_retention_has_ended_and_others_work_on_it_has()
    {
        var kept = await MakeAsync("Kept");
        await server.DeleteAsync(kept.Id, kept.Slug);
        await SetAsync("retained_until = now() + interval '10 seconds'");
        (await DeprovisionServer.LookAsync(server.Services)).ShouldBe(0);

        await SetAsync("retained_until = now() - interval '1 second'");
        await server.ExecuteAsync(server.Database.Control!, $"INSERT INTO platform.operations (id, kind, steps, tenant_id, data, state, step, attempts, failures, is_cancelled, created_at, version) VALUES (gen_random_uuid(), 'tests', '{{tests}}', '{kept.Id}', '{{}}', 5, 0, 0, 0, false, now() - interval '1 day', 1)");
        (await DeprovisionServer.LookAsync(server.Services)).ShouldBe(0);
        await server.SuperAdmin.PostAsync($"/api/tenants/{kept.Id}/revive", null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await server.DeleteAsync(kept.Id, kept.Slug);
        await server.ExecuteAsync(server.Database.Control!, $"UPDATE platform.operations SET state = 3 WHERE tenant_id = '{kept.Id}'");

        await DeprovisionServer.LookAsync(server.Services);
        (await server.EndAsync(kept.Id)).Status.ShouldBe("succeeded");

        Task SetAsync(string what) => server.ExecuteAsync(server.Database.Control!, $"UPDATE platform.tenants SET {what}, version = version + 1 WHERE id = '{kept.Id}'");
    }

    [Fact]
    public async Task Where_the_store_has_another_home_of_the_tenant_it_waits_for_somebody_and_removes_nothing()
    {
        var tenant = await MakeAsync("Elsewhere");
        await SetGenerationAsync(2);
        var rows = await server.StoredAsync(tenant.Id);
        await server.DeleteAsync(tenant.Id, tenant.Slug);
        await DeprovisionServer.LookAsync(server.Services);

        var stuck = await server.EndAsync(tenant.Id);

        (stuck.Status, stuck.Step).ShouldBe(("stuck", "home"));
        stuck.Reason.ShouldBe("The store has another home of the tenant than the one of generation 1. Find out in tenancy.homes which one it is, and retry when it is that again.");
        (await server.StoredAsync(tenant.Id)).ShouldBe(rows);
        (await server.TenantAsync(tenant.Id)).Status.ShouldBe("deleted");
        await SetGenerationAsync(1);
        await server.SuperAdmin.PostAsync($"/api/operations/{stuck.Id}/retry", null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);
        (await server.EndAsync(tenant.Id)).Status.ShouldBe("succeeded");
        (await server.StoredAsync(tenant.Id)).ShouldAllBe(table => table.Value == 0);

        Task SetGenerationAsync(int generation) => server.ExecuteAsync(server.Database.Application, $"BEGIN; SET LOCAL rowhouse.tenant = '{tenant.Id}'; UPDATE tenancy.homes SET generation = {generation} WHERE tenant_id = '{tenant.Id}'; COMMIT");
    }

    private const string Purging = "FROM pg_stat_activity WHERE application_name = 'rowhouse purge' AND datname = current_database() AND query LIKE '%collections%'";

    /// <summary>A tenant with a card in a collection.</summary>
    private async Task<TestTenant> MakeAsync(string name)
    {
        var tenant = await server.CreateTenantAsync(name, "cardvault");
        var collection = await tenant.Admin.AddedCollectionAsync("Kept");
        await tenant.Admin.AddedCardAsync(new { player = "Kept", collectionId = collection.Id });
        return tenant;
    }

    /// <summary>Writes as a node does that has not heard that the tenant was deleted.</summary>
    /// <returns>What refuses it.</returns>
    private async Task<string?> WriteAsync(TestTenant tenant)
    {
        await using var late = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.Database.Application) { Pooling = false }.ConnectionString);
        await late.OpenAsync(Cancelled);
        await using var write = new NpgsqlCommand(
            $"BEGIN; CALL tenancy.bind('{tenant.Id}', 1); INSERT INTO cardvault.collections (tenant_id, id, name, name_key, owner_id, created_at, version) VALUES ('{tenant.Id}', gen_random_uuid(), 'Late', 'late', gen_random_uuid(), now(), 1); COMMIT", late);
        try
        {
            await write.ExecuteNonQueryAsync(Cancelled);
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }
}
