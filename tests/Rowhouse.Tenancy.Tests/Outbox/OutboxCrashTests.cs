using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Rowhouse.Testing.Host.Ledger;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Outbox;

public sealed class OutboxCrashTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Kills = 24;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Two at a time, so that what one leaves is taken over by the other in the middle of its own work. Only one publishes: of
    // two there would be no order to be kept.
    [Fact]
    public async Task Events_take_effect_once_and_in_order_however_often_nodes_are_killed()
    {
        Guid[] tenants = [LedgerNode.NewTenant(), LedgerNode.NewTenant(), LedgerNode.NewTenant()];
        var connections = await LedgerNode.PrepareAsync(postgres, tenants);
        var handled = 0;
        await using (await LedgerNode.StartAsync(
            connections,
            tenants,
            options: options => options.SweepEvery = TimeSpan.FromMilliseconds(50),
            probe: probe => probe.After = (_, _, _) =>
            {
                Interlocked.Increment(ref handled);
                return Task.CompletedTask;
            }))
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                using var process = Start(connections, tenants);
                (await process.StandardOutput.ReadLineAsync(Token)).ShouldBe("ready");
                await Task.Delay(Random.Shared.Next(5, 400), Token);
                process.Kill();
                await process.WaitForExitAsync(Token);
            }
        }

        handled.ShouldBeGreaterThan(0, "the node that lives takes part");
        await using var last = await LedgerNode.StartAsync(connections, tenants);
        await last.DrainedAsync(Token);
        foreach (var tenant in tenants)
        {
            var published = await last.EnteredAsync(tenant, "publisher");
            published.Count.ShouldBeGreaterThanOrEqualTo(Kills);
            (await last.EnteredAsync(tenant)).ShouldBe(published);
        }

        var total = (await Task.WhenAll(tenants.Select(tenant => last.EnteredAsync(tenant)))).Sum(entered => entered.Count);
        TestContext.Current.SendDiagnosticMessage($"{total} events, {handled} of them by the node that lives, {Kills} kills");
    }

    [Fact]
    public async Task Two_nodes_at_once_handle_each_event_once_and_each_tenants_in_order()
    {
        Guid[] tenants = [.. Enumerable.Range(0, 6).Select(_ => LedgerNode.NewTenant())];
        var connections = await LedgerNode.PrepareAsync(postgres, tenants);
        await using var one = await LedgerNode.StartAsync(connections, tenants, options: options => options.BatchSize = 5);
        await using var other = await LedgerNode.StartAsync(connections, tenants, options: options =>
        {
            options.BatchSize = 3;
            options.SweepEvery = TimeSpan.FromMilliseconds(20);
        });
        int[] numbers = [.. Enumerable.Range(1, 100)];

        await Task.WhenAll(tenants.Select(async tenant =>
        {
            foreach (var number in numbers)
            {
                await (number % 3 == 0 ? other : one).PublishAsync(tenant, number);
            }
        }));
        await one.DrainedAsync(Token);

        foreach (var tenant in tenants)
        {
            (await one.EnteredAsync(tenant)).ShouldBe(numbers);
        }
    }

    // As a node that sleeps: its connection is gone and another node has taken over, and then it goes on.
    [Fact]
    public async Task A_consumer_that_sleeps_after_it_has_read_does_nothing_twice()
    {
        var tenant = LedgerNode.NewTenant();
        var connections = await LedgerNode.PrepareAsync(postgres, tenant);
        var wake = new TaskCompletionSource();
        var sleeps = new TaskCompletionSource();
        var calls = 0;
        await using var sleeper = await LedgerNode.StartAsync(connections, [tenant], probe: probe => probe.Before = async (_, _, _) =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                sleeps.SetResult();
                await wake.Task;
            }
        });

        await sleeper.PublishAsync(tenant, 1, 2, 3);
        await sleeps.Task.WaitAsync(Token);
        var superuser = await postgres.SuperuserAsync(connections.Application);
        var ended = await NotesHost.ScalarAsync<long>(superuser, "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
        await using var second = await LedgerNode.StartAsync(connections, [tenant], options: options => options.SweepEvery = TimeSpan.FromMilliseconds(50));
        ended.ShouldBe(1, "the sleeper's lane");

        // It has the lane and waits for whether the sleeper has seen the event.
        await Eventually.UntilAsync(async () => await NotesHost.ScalarAsync<long>(superuser, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%seen_events%' AND datname = current_database()") == 1, Token);
        calls.ShouldBe(1);
        wake.SetResult();
        await second.DrainedAsync(Token);

        (await second.EnteredAsync(tenant)).ShouldBe([1, 2, 3]);
    }

    // It is stopped in the middle: its connections stay, and its clock stands still. What others wait for is what the server ends.
    [Fact]
    public async Task A_node_that_stands_still_holds_nobody_up_for_good()
    {
        var tenant = LedgerNode.NewTenant();
        var connections = await LedgerNode.PrepareAsync(postgres, tenant);
        var wake = new TaskCompletionSource();
        var stands = new TaskCompletionSource();
        await using var still = await LedgerNode.StartAsync(
            connections,
            [tenant],
            options: Impatient,
            configure: builder => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new StoppedClock())),
            probe: probe => probe.Before = async (_, _, _) =>
            {
                stands.TrySetResult();
                await wake.Task;
            });
        await still.PublishAsync(tenant, 1, 2);
        await stands.Task.WaitAsync(Token);

        // Another one that has seen nothing yet: an event whose handler stands still waits for that one.
        var superuser = await postgres.SuperuserAsync(connections.Application);
        (await LanesAsync(superuser)).ShouldBe(1);
        await Eventually.UntilAsync(async () => await LanesAsync(superuser) == 0, Token);

        await using var second = await LedgerNode.StartAsync(connections, [tenant], options: Impatient);
        await Task.Delay(300, Token);
        wake.SetResult();
        await second.DrainedAsync(Token);
        (await second.EnteredAsync(tenant)).ShouldBe([1, 2]);

        static void Impatient(OutboxOptions options)
        {
            options.SweepEvery = TimeSpan.FromMilliseconds(50);
            options.HandlerTimeout = TimeSpan.FromMilliseconds(200);
            options.LongestTurn = TimeSpan.FromMilliseconds(100);
            options.MaxAttempts = 1000;
            options.FirstPause = TimeSpan.FromMilliseconds(20);
        }
    }

    private static Task<long> LanesAsync(string superuser) =>
        NotesHost.ScalarAsync<long>(superuser, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");

    private static Process Start(PostgresConnections connections, IEnumerable<Guid> tenants)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Rowhouse.Testing.Host.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, "ledger", .. tenants.Select(tenant => tenant.ToString())])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { [LedgerProcess.Application] = connections.Application, [LedgerProcess.Platform] = connections.Platform },
        })!; // started from a file name: never null
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Stopped();

        private sealed class Stopped : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
