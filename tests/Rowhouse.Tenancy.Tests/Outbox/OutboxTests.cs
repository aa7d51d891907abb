using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Rowhouse.Testing.Host.Ledger;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Outbox;

public sealed class OutboxTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly Guid smith = LedgerNode.NewTenant();
    private static readonly Guid harbor = LedgerNode.NewTenant();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_saved_with_an_event_is_handled_once_and_the_event_is_gone()
    {
        await using var node = await StartAsync();

        await node.PublishAsync(smith, 1);
        await node.DrainedAsync(Token);

        (await node.EnteredAsync(smith)).ShouldBe([1]);
    }

    [Fact]
    public async Task Events_of_one_batch_are_handled_in_the_order_in_which_they_were_published()
    {
        await using var node = await StartAsync();
        int[] numbers = [.. Enumerable.Range(1, 120)];

        await node.PublishAsync(smith, numbers);
        await node.DrainedAsync(Token);

        (await node.EnteredAsync(smith)).ShouldBe(numbers);
    }

    [Fact]
    public async Task An_event_of_a_transaction_that_is_undone_never_was()
    {
        await using var node = await StartAsync();

        await Should.ThrowAsync<InvalidDataException>(() => node.InAsync(smith, db => db.InTransactionAsync<int>(async cancelled =>
        {
            db.Publish(new Recorded(1));
            await db.SaveChangesAsync(cancelled);
            throw new InvalidDataException();
        })));
        await node.PublishAsync(smith, 2);
        await node.DrainedAsync(Token);

        (await node.EnteredAsync(smith)).ShouldBe([2]);
    }

    [Fact]
    public async Task An_event_of_an_explicit_transaction_is_handled_as_soon_as_that_has_committed()
    {
        await using var node = await StartAsync();

        await node.InAsync(smith, db => db.InTransactionAsync(async cancelled =>
        {
            db.Publish(new Recorded(1));
            await db.SaveChangesAsync(cancelled);
            await Task.Delay(200, cancelled);
            return 0;
        }));
        await node.DrainedAsync(Token);

        (await node.EnteredAsync(smith)).ShouldBe([1]);
    }

    // What commits in between is not what they were saved with.
    [Fact]
    public async Task Events_wake_this_node_whatever_was_committed_or_undone_since_they_were_published()
    {
        await using var node = await StartAsync();

        await node.InAsync(smith, async db =>
        {
            db.Publish(new Recorded(1));
            await db.Entries.BulkInsertAsync([new Entry { Number = 0, By = "bulk" }], Token);
            await db.SaveChangesAsync(Token);
            return 0;
        });
        await node.DrainedAsync(Token);
        await node.InAsync(smith, async db =>
        {
            db.Publish(new Recorded(2));
            await using (var transaction = await db.Database.BeginTransactionAsync(Token))
            {
                await db.Entries.CountAsync(Token);
                await transaction.RollbackAsync(Token);
            }

            await db.SaveChangesAsync(Token);
            return 0;
        });
        await node.DrainedAsync(Token);

        (await node.EnteredAsync(smith)).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task An_event_of_a_context_in_the_transaction_of_another_is_handled_as_soon_as_that_has_committed()
    {
        await using var node = await StartAsync(configure: builder => builder.AddTenantContext<OtherLedgerDb>());

        await using (var scope = await node.Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(smith), Token))
        {
            var other = scope.Get<OtherLedgerDb>();
            var db = scope.Get<LedgerDb>();
            await db.InTransactionAsync(
                async cancelled =>
                {
                    await other.EnterTransactionAsync(db, cancelled);
                    other.Publish(new Recorded(1));
                    await other.SaveChangesAsync(cancelled);
                    await other.LeaveTransactionAsync();
                    await Task.Delay(100, cancelled);
                    return 0;
                },
                Token);
        }

        await node.DrainedAsync(Token);
        (await node.EnteredAsync(smith)).ShouldBe([1]);
    }

    [Fact]
    public async Task A_new_event_of_a_publisher_whose_clock_is_ahead_is_handled_at_once()
    {
        var connections = await LedgerNode.PrepareAsync(postgres, smith);
        await NotesHost.ExecuteAsync(connections.Application, EventAt(smith, attempts: 0));
        await using var node = await LedgerNode.StartAsync(connections, [smith]);

        await node.DrainedAsync(Token);
        (await node.EnteredAsync(smith)).ShouldBe([1]);
    }

    // Longer than a timer takes.
    [Fact]
    public async Task An_event_that_is_to_wait_for_years_keeps_no_worker()
    {
        var connections = await LedgerNode.PrepareAsync(postgres, smith, harbor);
        await NotesHost.ExecuteAsync(connections.Application, EventAt(smith, attempts: 1));
        await using var node = await LedgerNode.StartAsync(connections, [smith, harbor], options: options =>
        {
            options.Parallelism = 1;
            options.FirstPause = options.LongestPause = TimeSpan.FromMilliseconds(50);
        });
        await Task.Delay(300, Token);

        await node.PublishAsync(harbor, 2);
        await Eventually.UntilAsync(async () => (await node.EnteredAsync(harbor)).Count == 1, Token);
        await NotesHost.ExecuteAsync(connections.Application, $"BEGIN; CALL tenancy.bind('{smith}', 1); UPDATE tenancy.outbox SET not_before = now(); COMMIT");
        await node.DrainedAsync(Token);
        (await node.EnteredAsync(smith)).ShouldBe([1]);
    }

    [Fact]
    public async Task Publishing_leaves_nothing_tracked_so_that_a_transaction_can_follow()
    {
        await using var node = await StartAsync();

        await node.InAsync(smith, async db =>
        {
            db.Publish(new Recorded(1));
            await db.SaveChangesAsync();
            db.ChangeTracker.Entries().ShouldBeEmpty();
            return await db.InTransactionAsync(_ => Task.FromResult(0));
        });
    }

    [Fact]
    public async Task Each_of_several_handlers_handles_an_event_once_also_where_another_one_fails_and_it_is_brought_again()
    {
        var failures = 2;
        await using var node = await StartAsync(
            options => options.FirstPause = TimeSpan.FromMilliseconds(50),
            builder => builder.AddEventHandler<Recorded, CountRecorded, LedgerDb>("ledger.count"),
            probe => probe.Before = (_, _, _) => failures-- > 0 ? throw new InvalidDataException() : Task.CompletedTask);

        await node.PublishAsync(smith, 1, 2);
        await node.DrainedAsync(Token);

        (await node.EnteredAsync(smith)).ShouldBe([1, 2]);
        (await node.EnteredAsync(smith, "counter")).ShouldBe([1, 2]);
        failures.ShouldBeLessThan(0);
    }

    [Fact]
    public async Task What_a_handler_did_before_it_failed_is_undone_and_later_events_wait_for_it()
    {
        var failures = 3;
        var attempts = new List<int>();
        await using var node = await StartAsync(
            options => options.FirstPause = TimeSpan.FromMilliseconds(20),
            probe: probe => probe.After = (happened, info, _) =>
            {
                attempts.Add(info.Attempt);
                return happened.Number == 1 && failures-- > 0 ? throw new InvalidDataException() : Task.CompletedTask;
            });

        await node.PublishAsync(smith, 1, 2, 3);
        await node.DrainedAsync(Token);

        (await node.EnteredAsync(smith)).ShouldBe([1, 2, 3]);
        attempts.ShouldBe([1, 2, 3, 4, 1, 1]);
    }

    // Kept alone it would let another node pass the event over and deliver the next one first.
    [Fact]
    public async Task That_an_event_failed_is_not_noted_when_the_lane_was_lost_meanwhile()
    {
        var attempts = new List<int>();
        LedgerNode? listening = null;
        await using var node = await StartAsync(
            options => options.FirstPause = TimeSpan.FromMilliseconds(20),
            probe: probe => probe.Before = async (_, info, _) =>
            {
                attempts.Add(info.Attempt);
                if (attempts.Count == 1)
                {
                    await NotesHost.ExecuteAsync(
                        await postgres.SuperuserAsync(listening!.Connections.Application),
                        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'rowhouse_app'");
                    throw new InvalidDataException();
                }
            });
        listening = node;

        await node.PublishAsync(smith, 1, 2);
        await node.DrainedAsync(Token);

        (await node.EnteredAsync(smith)).ShouldBe([1, 2]);
        attempts.ShouldBe([1, 1, 1]);
    }

    // Its transaction is aborted, and PostgreSQL answers COMMIT with ROLLBACK: the event was lost without a word.
    [Fact]
    public async Task An_event_whose_handler_caught_what_the_database_refused_is_not_lost()
    {
        await using var node = await StartAsync(
            options => options.FirstPause = TimeSpan.FromMilliseconds(20),
            builder => builder.AddEventHandler<Recorded, EnterTwice, LedgerDb>("ledger.twice").Services.AddSingleton<Refusals>());
        node.Services.GetRequiredService<Refusals>().Left = 1;

        await node.PublishAsync(smith, 1);
        await node.DrainedAsync(Token);

        (await node.EnteredAsync(smith)).ShouldBe([1]);
        (await node.EnteredAsync(smith, "twice")).ShouldBe([1]);
        node.Services.GetRequiredService<Refusals>().Left.ShouldBe(-1, "it was called again");
    }

    [Fact]
    public async Task An_event_that_always_fails_is_set_aside_and_the_later_ones_go_on()
    {
        await using var node = await StartAsync(
            options =>
            {
                options.FirstPause = TimeSpan.FromMilliseconds(1);
                options.MaxAttempts = 4;
            },
            probe: probe => probe.Before = (happened, _, _) => happened.Number == 1 ? throw new InvalidDataException("a tenant's secret") : Task.CompletedTask);

        await node.PublishAsync(smith, 1, 2);
        await Eventually.UntilAsync(async () => (await node.EnteredAsync(smith)).Count == 1, Token);

        (await node.EnteredAsync(smith)).ShouldBe([2]);
        await Eventually.UntilAsync(async () => await node.WaitingAsync() == 1, Token);
        var error = await NotesHost.ScalarAsync<string>(node.Connections.Platform, "SELECT error FROM tenancy.outbox WHERE failed_at IS NOT NULL AND attempts = 4");
        error.ShouldBe("ledger.copy: System.IO.InvalidDataException");
    }

    [Fact]
    public async Task A_handler_that_does_not_stop_holds_up_its_tenant_alone_and_does_nothing_twice()
    {
        var goesOn = new TaskCompletionSource();
        await using var node = await StartAsync(
            options =>
            {
                options.Parallelism = 1;
                options.HandlerTimeout = TimeSpan.FromMilliseconds(100);
                options.FirstPause = TimeSpan.FromMilliseconds(20);
                options.MaxAttempts = 1000;
            },
            probe: probe => probe.Before = (happened, info, _) => happened.Number == 1 && info.Attempt == 1 ? goesOn.Task : Task.CompletedTask);

        await node.PublishAsync(smith, 1, 2);
        await Eventually.UntilAsync(async () => await NotesHost.ScalarAsync<long>(node.Connections.Platform, "SELECT count(tenant_id) FROM tenancy.outbox WHERE attempts > 0") == 1, Token);
        await node.PublishAsync(harbor, 3);
        await Eventually.UntilAsync(async () => (await node.EnteredAsync(harbor)).Count == 1, Token);

        goesOn.SetResult();
        await node.DrainedAsync(Token);
        (await node.EnteredAsync(smith)).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task What_was_set_aside_can_be_tried_again_or_dropped()
    {
        var isMended = false;
        await using var node = await StartAsync(
            options => options.MaxAttempts = 1,
            probe: probe => probe.Before = (_, _, _) => isMended ? Task.CompletedTask : throw new InvalidDataException());
        await node.PublishAsync(smith, 1, 2);
        await Eventually.UntilAsync(async () => await NotesHost.ScalarAsync<long>(node.Connections.Platform, "SELECT count(tenant_id) FROM tenancy.outbox WHERE failed_at IS NOT NULL") == 2, Token);
        isMended = true;
        var outbox = node.Services.GetRequiredService<EventOutbox>();
        var first = await NotesHost.ScalarAsync<Guid>(node.Connections.Platform, "SELECT id FROM tenancy.outbox ORDER BY number LIMIT 1");
        var second = await NotesHost.ScalarAsync<Guid>(node.Connections.Platform, "SELECT id FROM tenancy.outbox ORDER BY number DESC LIMIT 1");

        (await outbox.RetryAsync(new(harbor), first, Token)).ShouldBeFalse();
        (await outbox.DropAsync(new(harbor), first, Token)).ShouldBeFalse();
        (await outbox.RetryAsync(new(smith), first, Token)).ShouldBeTrue();
        (await outbox.DropAsync(new(smith), second, Token)).ShouldBeTrue();
        await node.DrainedAsync(Token);

        (await node.EnteredAsync(smith)).ShouldBe([1]);
        (await outbox.DropAsync(new(smith), second, Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_another_node_published_is_found_by_the_sweep()
    {
        var connections = await LedgerNode.PrepareAsync(postgres, smith, harbor);
        await using var publisher = await LedgerNode.StartAsync(connections, [smith, harbor], handles: false);
        await using var handler = await LedgerNode.StartAsync(connections, [smith, harbor], options: options => options.SweepEvery = TimeSpan.FromMilliseconds(200));

        await publisher.PublishAsync(smith, 1);
        await publisher.PublishAsync(harbor, 2);
        await handler.DrainedAsync(Token);

        (await handler.EnteredAsync(smith)).ShouldBe([1]);
        (await handler.EnteredAsync(harbor)).ShouldBe([2]);
    }

    [Fact]
    public async Task A_kind_that_nobody_here_handles_is_left_alone_and_holds_nobody_up()
    {
        await using var node = await StartAsync(configure: builder => builder.AddEvent<Unheard>("entries.unheard"));

        await node.InAsync(smith, async db =>
        {
            db.Publish(new Unheard(1));
            return await db.SaveChangesAsync();
        });
        await node.PublishAsync(smith, 2);
        await Eventually.UntilAsync(async () => (await node.EnteredAsync(smith)).Count == 1, Token);

        await Eventually.UntilAsync(async () => await node.WaitingAsync() == 1, Token);
        (await NotesHost.ScalarAsync<string>(node.Connections.Platform, "SELECT kind FROM tenancy.outbox WHERE attempts = 0")).ShouldBe("entries.unheard");
    }

    [Fact]
    public async Task What_only_others_would_handle_is_not_published_where_a_library_asks_for_that()
    {
        await using var node = await StartAsync(configure: builder => builder.AddEvent<Unheard>("entries.unheard"));

        await node.InAsync(smith, db =>
        {
            db.PublishIfHandled(new Unheard(1)).ShouldBeFalse();
            db.PublishIfHandled(new Recorded(1)).ShouldBeTrue();
            db.ChangeTracker.Entries().Count().ShouldBe(1);
            return Task.FromResult(0);
        });
    }

    [Fact]
    public async Task An_event_that_is_too_large_or_of_no_kind_is_refused()
    {
        await using var node = await StartAsync();

        await node.InAsync(smith, db =>
        {
            Should.Throw<EventRefusedException>(() => db.Publish(new Recorded(1, new('x', 65 * 1024)))).Message.ShouldContain("65536");
            Should.Throw<EventRefusedException>(() => db.Publish(new Recorded(1, "\0"))).Message.ShouldContain("U+0000");
            Should.Throw<InvalidOperationException>(() => db.Publish(new Unheard(1))).Message.ShouldContain("AddEvent");
            db.ChangeTracker.Entries().ShouldBeEmpty();
            return Task.FromResult(0);
        });
    }

    [Fact]
    public async Task A_suspended_tenants_events_wait_and_are_not_counted_as_failed()
    {
        await using var node = await StartAsync(options => options.SweepEvery = TimeSpan.FromMilliseconds(100));
        await using var publisher = await LedgerNode.StartAsync(node.Connections, [smith, harbor], handles: false);
        node.Know(LedgerHost.Tenant(smith) with { Status = TenantStatus.Suspended, Version = 2 });

        await publisher.PublishAsync(smith, 1);
        await publisher.PublishAsync(harbor, 2);
        await Eventually.UntilAsync(async () => (await node.EnteredAsync(harbor)).Count == 1, Token);
        await Task.Delay(500, Token);
        (await NotesHost.ScalarAsync<long>(node.Connections.Platform, "SELECT count(tenant_id) FROM tenancy.outbox WHERE attempts = 0")).ShouldBe(1);

        node.Know(LedgerHost.Tenant(smith) with { Version = 3 });
        await node.DrainedAsync(Token);
        (await node.EnteredAsync(smith)).ShouldBe([1]);
    }

    [Fact]
    public async Task While_a_home_takes_no_writes_its_events_wait()
    {
        await using var node = await StartAsync(options => options.SweepEvery = TimeSpan.FromMilliseconds(100));
        await using var publisher = await LedgerNode.StartAsync(node.Connections, [smith, harbor], handles: false);
        await publisher.PublishAsync(smith, 0);
        await node.DrainedAsync(Token);
        var handled = 0;
        node.Probe.Before = (_, _, _) =>
        {
            handled++;
            return Task.CompletedTask;
        };

        // What was published before the home was closed, and lies there now.
        await NotesHost.ExecuteAsync(node.Connections.Mover!, $"BEGIN; CALL tenancy.bind('{smith}', 1); UPDATE tenancy.homes SET state = 'receiving', token = '{harbor}' WHERE tenant_id = '{smith}'; COMMIT");
        await NotesHost.ExecuteAsync(
            node.Connections.Application,
            $"BEGIN; CALL tenancy.bind('{smith}', 1); SET LOCAL rowhouse.mover = '{harbor}'; INSERT INTO tenancy.outbox (tenant_id, id, kind, payload, created_at, attempts, not_before) VALUES ('{smith}', '{LedgerNode.NewTenant()}', 'entries.recorded', '{{\"number\": 1}}', now(), 0, now()); COMMIT");
        await Task.Delay(1000, Token);
        handled.ShouldBe(0);

        await NotesHost.ExecuteAsync(node.Connections.Mover!, $"BEGIN; CALL tenancy.bind('{smith}', 1); UPDATE tenancy.homes SET state = 'open', generation = 2 WHERE tenant_id = '{smith}'; COMMIT");
        node.Know(LedgerHost.Tenant(smith) with { Placement = LedgerHost.Tenant(smith).Placement with { Generation = 2 }, Version = 2 });
        await node.DrainedAsync(Token);
        (await node.EnteredAsync(smith)).ShouldBe([0, 1]);
    }

    [Fact]
    public async Task What_was_handled_is_forgotten_after_a_week_but_not_while_an_event_that_old_waits()
    {
        var isMended = false;
        await using var node = await StartAsync(
            options => options.MaxAttempts = 1,
            probe: probe => probe.Before = (happened, _, _) => happened.Number == 99 && !isMended ? throw new InvalidDataException() : Task.CompletedTask);
        var old = Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddDays(-8));
        var stuck = Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddDays(-9));
        foreach (var tenant in new[] { smith, harbor })
        {
            await NotesHost.ExecuteAsync(node.Connections.Application, $"BEGIN; CALL tenancy.bind('{tenant}', 1); INSERT INTO tenancy.seen_events VALUES ('{tenant}', 'ledger.copy', '{old}', now() - interval '8 days'); COMMIT");
        }

        // More than go at once, and of one that is no more.
        await NotesHost.ExecuteAsync(
            node.Connections.Application,
            $"BEGIN; CALL tenancy.bind('{smith}', 1); INSERT INTO tenancy.seen_events SELECT '{smith}', 'ledger.gone', ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, now() FROM generate_series(1, 2500) i; COMMIT");

        await NotesHost.ExecuteAsync(
            node.Connections.Application,
            $"BEGIN; CALL tenancy.bind('{harbor}', 1); INSERT INTO tenancy.outbox (tenant_id, id, kind, payload, created_at, attempts, not_before, failed_at) VALUES ('{harbor}', '{stuck}', 'entries.recorded', '{{\"number\": 99}}', now(), 1, now(), now()); COMMIT");

        await node.PublishAsync(smith, 1);
        await node.PublishAsync(harbor, 1);
        await Eventually.UntilAsync(async () => await SeenAsync(node, smith) == 1, Token);

        await Eventually.UntilAsync(async () => (await node.EnteredAsync(harbor)).Count == 1, Token);
        await Task.Delay(300, Token);
        (await SeenAsync(node, harbor)).ShouldBe(2);
    }

    [Fact]
    public async Task The_platforms_role_sees_who_has_events_and_never_what_they_say()
    {
        await using var node = await StartAsync(configure: builder => builder.AddEvent<Unheard>("entries.unheard"));
        await node.InAsync(smith, async db =>
        {
            db.Publish(new Unheard(1));
            return await db.SaveChangesAsync();
        });

        (await NotesHost.ScalarAsync<Guid>(node.Connections.Platform, "SELECT tenant_id FROM tenancy.outbox")).ShouldBe(smith);
        foreach (var sql in new[]
        {
            "SELECT payload FROM tenancy.outbox", "SELECT * FROM tenancy.outbox", "SELECT outbox::text FROM tenancy.outbox", "DELETE FROM tenancy.outbox", "UPDATE tenancy.outbox SET attempts = 0",
            "SELECT 1 FROM tenancy.outbox WHERE payload IS NOT NULL", "SELECT event_id FROM tenancy.seen_events",
            $"INSERT INTO tenancy.outbox (tenant_id, id, kind, payload, created_at, attempts, not_before) VALUES ('{smith}', '{harbor}', 'x', '{{}}', now(), 0, now())",
        })
        {
            (await Should.ThrowAsync<PostgresException>(() => NotesHost.ExecuteAsync(node.Connections.Platform, sql), sql)).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, sql);
        }
    }

    [Fact]
    public async Task A_handler_works_for_the_tenant_of_the_event_and_sees_no_other()
    {
        await using var node = await StartAsync(configure: builder => builder.AddEventHandler<Recorded, LookAround, LedgerDb>("ledger.look"));
        await node.InAsync(harbor, async db =>
        {
            db.Add(new Entry { Number = 77, By = "publisher" });
            return await db.SaveChangesAsync();
        });

        await node.PublishAsync(smith, 1);
        await node.DrainedAsync(Token);

        (await node.EnteredAsync(smith, "saw 1")).ShouldNotBeEmpty();
        (await node.EnteredAsync(smith, "saw 77")).ShouldBeEmpty();
        (await node.EnteredAsync(harbor)).ShouldBeEmpty();
    }

    private static string EventAt(Guid tenant, int attempts) =>
        $"BEGIN; CALL tenancy.bind('{tenant}', 1); INSERT INTO tenancy.outbox (tenant_id, id, kind, payload, created_at, attempts, not_before) VALUES ('{tenant}', '{LedgerNode.NewTenant()}', 'entries.recorded', '{{\"number\": 1}}', now(), {attempts}, now() + interval '10 years'); COMMIT";

    private static Task<long> SeenAsync(LedgerNode node, Guid tenant) =>
        node.InAsync(tenant, db => db.Database.SqlQuery<long>($"SELECT count(*) AS \"Value\" FROM tenancy.seen_events").SingleAsync());

    private async Task<LedgerNode> StartAsync(Action<OutboxOptions>? options = null, Action<Microsoft.Extensions.Hosting.HostApplicationBuilder>? configure = null, Action<LedgerProbe>? probe = null) =>
        await LedgerNode.StartAsync(await LedgerNode.PrepareAsync(postgres, smith, harbor), [smith, harbor], options: options, configure: configure, probe: probe);

    private sealed class OtherLedgerDb(DbContextOptions<OtherLedgerDb> options) : TenantDbContext(options);

    private sealed class Refusals
    {
        public int Left { get; set; }
    }

    private sealed class EnterTwice(LedgerDb db, Refusals refusals) : IEventHandler<Recorded>
    {
        public async Task HandleAsync(Recorded happened, EventInfo info, CancellationToken cancellationToken)
        {
            var entry = new Entry { Id = 1_000_000, Number = happened.Number, By = "twice" };
            db.Add(entry);
            await db.SaveChangesAsync(cancellationToken);
            if (refusals.Left-- > 0)
            {
                db.ChangeTracker.Clear();
                db.Add(new Entry { Id = entry.Id, Number = 0, By = "twice" });
                await Should.ThrowAsync<DbUpdateException>(db.SaveChangesAsync(cancellationToken));
                db.ChangeTracker.Clear();
            }
        }
    }

    private sealed class LookAround(LedgerDb db) : IEventHandler<Recorded>
    {
        public async Task HandleAsync(Recorded happened, EventInfo info, CancellationToken cancellationToken)
        {
            foreach (var number in await db.Entries.Select(entry => entry.Number).ToListAsync(cancellationToken))
            {
                db.Add(new Entry { Number = number, By = $"saw {number}" });
            }
        }
    }
}
