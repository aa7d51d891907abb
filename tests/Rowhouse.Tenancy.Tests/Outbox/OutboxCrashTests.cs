using System.Diagnostics;
using Rowhouse.Tenancy.Postgres;
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
        await using (await LedgerNode.StartAsync(connections, tenants))
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

        await using var last = await LedgerNode.StartAsync(connections, tenants);
        await last.DrainedAsync(Token);
        foreach (var tenant in tenants)
        {
            var published = await last.EnteredAsync(tenant, "publisher");
            published.Count.ShouldBeGreaterThanOrEqualTo(Kills);
            (await last.EnteredAsync(tenant)).ShouldBe(published);
        }

        var total = (await Task.WhenAll(tenants.Select(tenant => last.EnteredAsync(tenant)))).Sum(entered => entered.Count);
        TestContext.Current.SendDiagnosticMessage($"{total} events, {Kills} kills");
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
        await Notes.NotesHost.ExecuteAsync(await postgres.SuperuserAsync(connections.Application), "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
        await using var second = await LedgerNode.StartAsync(connections, [tenant], options: options => options.SweepEvery = TimeSpan.FromMilliseconds(50));
        await Task.Delay(500, Token);
        wake.SetResult();
        await second.DrainedAsync(Token);

        (await second.EnteredAsync(tenant)).ShouldBe([1, 2, 3]);
    }

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
}
