using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

/// <summary>Work whose connection breaks, as all do that are open when a server is started again or fails over.</summary>
public sealed class BrokenConnectionTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, Func<NotesDb, Task<int>>> DoneAgain => new()
    {
        { "a query", db => db.Labels.CountAsync(Token) },
        { "a list", async db => (await db.Labels.ToListAsync(Token)).Count },
        { "a stream", async db => { var read = 0; await foreach (var _ in db.Labels.AsAsyncEnumerable().WithCancellation(Token)) { read++; } return read; } },
        { "a transaction", db => db.InTransactionAsync(async cancelled => { db.Add(new Label { Name = "a" }); return await db.SaveChangesAsync(cancelled); }, Token) },
        { "work under a lock", db => db.InLockAsync("labels", async cancelled => { await db.Labels.BulkInsertAsync([new Label { Name = "a" }], cancelled); return 1; }, Token) },
        { "a read that may lag", db => db.ReadFromReplicaAsync(cancelled => db.Labels.CountAsync(cancelled), Token) },
        { "a bulk insert", async db => { await db.Labels.BulkInsertAsync([new Label { Name = "a" }], Token); return 1; } },
    };

    [Theory]
    [MemberData(nameof(DoneAgain))]
    public async Task What_finds_its_idle_connection_broken_is_done_on_another_one(string what, Func<NotesDb, Task<int>> work)
    {
        await using var broken = await NotesHost.StartAsync(postgres);
        await using var whole = await NotesHost.StartAsync(postgres);
        await broken.InAsync(broken.Smith, db => db.Labels.CountAsync(Token));
        await EndSessionsAsync(broken);

        var got = await broken.InAsync(broken.Smith, work);

        got.ShouldBe(await whole.InAsync(whole.Smith, work), what);
        (await CountAsync(broken)).ShouldBe(await CountAsync(whole), what);
    }

    [Fact]
    public async Task A_transaction_that_breaks_half_way_is_told_and_nothing_of_it_is_kept()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var attempts = 0;

        await Should.ThrowAsync<Exception>(() => host.InAsync(host.Smith, db => db.InTransactionAsync(
            async cancelled =>
            {
                attempts++;
                await db.Labels.BulkInsertAsync([new Label { Name = "a" }], cancelled);
                await EndSessionsAsync(host);
                return await db.Labels.CountAsync(cancelled);
            },
            Token)));

        attempts.ShouldBe(1); // it may have gone on from what it was told
        (await CountAsync(host)).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_written_after_the_transaction_has_broken_is_refused_and_not_kept_alone()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await Should.ThrowAsync<OperationCanceledException>(() => host.InAsync(host.Smith, db => db.InTransactionAsync<int>(
            async cancelled =>
            {
                await db.Labels.CountAsync(cancelled);
                await EndSessionsAsync(host);
                await Should.ThrowAsync<Exception>(() => db.Labels.CountAsync(cancelled));
                db.Add(new Label { Name = "alone" });
                (await Should.ThrowAsync<Exception>(() => db.SaveChangesAsync(cancelled))).GetBaseException().Message.ShouldContain("has ended with its connection");
                throw new OperationCanceledException();
            },
            Token)));

        (await CountAsync(host)).ShouldBe(0);
    }

    [Fact]
    public async Task Work_of_one_context_in_work_of_another_is_not_done_again_by_that_one()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.InAsync(host.Smith, db => db.Labels.CountAsync(Token));
        var attempts = 0;

        await Should.ThrowAsync<Exception>(() => host.InAsync(host.Smith, outer => outer.InTransactionAsync(
            async cancelled =>
            {
                attempts++;
                await using var scope = await host.EnterAsync(host.Smith);
                var inner = scope.Get<NotesDb>();
                await EndSessionsAsync(host);
                return await inner.Labels.ExecuteDeleteAsync(cancelled);
            },
            Token)));

        attempts.ShouldBe(1);
    }

    [Fact]
    public async Task Work_in_which_a_write_of_another_context_may_have_been_kept_is_not_done_again()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var attempts = 0;

        await Should.ThrowAsync<Exception>(() => host.InAsync(host.Smith, outer => outer.InTransactionAsync(
            async cancelled =>
            {
                attempts++;
                await using var scope = await host.EnterAsync(host.Smith);
                var inner = scope.Get<NotesDb>();
                await inner.Labels.CountAsync(cancelled);

                // Of the outer one nothing was sent, and its connection is well.
                await EndSessionsAsync(host, but: (NpgsqlConnection)outer.Database.GetDbConnection());
                return await inner.Labels.ExecuteDeleteAsync(cancelled);
            },
            Token)));

        attempts.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_context_writes_in_anothers_transaction_is_not_kept_alone_when_that_breaks(bool isSeen)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var first = scope.Get<NotesDb>();
        await using var second = NotesHost.Context<NotesDb>(scope, options => new(options));
        var attempts = 0;

        await Should.ThrowAsync<Exception>(() => first.InTransactionAsync(
            async cancelled =>
            {
                attempts++;
                await second.EnterTransactionAsync(first, cancelled);
                try
                {
                    first.Add(new Label { Name = "of the first" });
                    await first.SaveChangesAsync(cancelled);
                    await EndSessionsAsync(host);
                    if (isSeen)
                    {
                        await Should.ThrowAsync<Exception>(first.Labels.CountAsync(cancelled));
                    }

                    second.Add(new Label { Name = "of the second" });
                    return await second.SaveChangesAsync(cancelled);
                }
                finally
                {
                    await second.LeaveTransactionAsync();
                }
            },
            Token));

        attempts.ShouldBe(1);
        (await CountAsync(host)).ShouldBe(0);
        (await second.Labels.CountAsync(Token)).ShouldBe(0, "it works on its own again");
    }

    [Fact]
    public async Task What_a_context_was_answered_in_anothers_transaction_is_not_asked_again()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var first = scope.Get<NotesDb>();
        await using var second = NotesHost.Context<NotesDb>(scope, options => new(options));
        var attempts = 0;

        await Should.ThrowAsync<Exception>(() => first.InTransactionAsync(
            async cancelled =>
            {
                attempts++;
                await second.EnterTransactionAsync(first, cancelled);
                try
                {
                    await second.Labels.CountAsync(cancelled);
                    await EndSessionsAsync(host);
                    return await first.Labels.CountAsync(cancelled);
                }
                finally
                {
                    await second.LeaveTransactionAsync();
                }
            },
            Token));

        attempts.ShouldBe(1);
    }

    public static TheoryData<string, Func<NotesDb, Task<int>>> Stubborn => new()
    {
        { "several rows", db => { db.Add(new Label { Name = "a" }); db.Labels.Local.First(label => label.Name.StartsWith("before", StringComparison.Ordinal)).Name += "!"; return db.SaveChangesAsync(Token); } },
        { "rows of one kind", async db => { db.AddRange(new Label { Name = "a" }, new Label { Name = "b" }); return await db.SaveChangesAsync(Token); } },
        { "a bulk insert", async db => { await db.Labels.BulkInsertAsync([new Label { Name = "a" }], Token); return 1; } },
        { "a transaction", db => { db.ChangeTracker.Clear(); return db.InTransactionAsync(async cancelled => { db.Add(new Label { Name = "a" }); return await db.SaveChangesAsync(cancelled); }, Token); } },
    };

    [Theory]
    [MemberData(nameof(Stubborn))]
    public async Task Who_goes_on_though_the_transaction_broke_keeps_nothing(string what, Func<NotesDb, Task<int>> write)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.InAsync(host.Smith, async db => { db.Add(new Label { Name = "before" }); await db.SaveChangesAsync(Token); });
        List<bool> kept = [];

        await Should.ThrowAsync<Exception>(() => host.InAsync(host.Smith, db => db.InTransactionAsync(
            async cancelled =>
            {
                await db.Labels.AsTracking().SingleAsync(cancelled);
                db.Add(new Label { Name = "first" });
                await db.SaveChangesAsync(cancelled);
                await EndSessionsAsync(host);

                // The first finds the connection broken, and at the second EF Core takes another one.
                await Should.ThrowAsync<Exception>(db.Labels.CountAsync(cancelled));
                await Should.ThrowAsync<Exception>(db.Labels.CountAsync(cancelled));
                for (var attempt = 0; attempt < 2; attempt++)
                {
                    kept.Add(await Record.ExceptionAsync(() => write(db)) is null);
                }

                return 0;
            },
            Token)));

        kept.ShouldBe([false, false], what);
        (await host.InAsync(host.Smith, db => db.Labels.Select(label => label.Name).ToListAsync(Token))).ShouldBe(["before"], what);
    }

    [Fact]
    public async Task A_transaction_that_was_begun_by_hand_and_is_gone_before_anybody_asked_is_missed()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var db = scope.Get<NotesDb>();
        await using (var transaction = await db.Database.BeginTransactionAsync(Token))
        {
            await db.Labels.CountAsync(Token);
            await db.Database.GetDbConnection().CloseAsync(); // as the driver does that keeps connections alive and finds one dead

            db.Add(new Label { Name = "alone" });
            (await Record.ExceptionAsync(() => db.SaveChangesAsync(Token))).ShouldNotBeNull().GetBaseException().ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("ended with its connection");
        }

        db.ChangeTracker.Clear();
        (await CountAsync(host)).ShouldBe(0);
        (await db.Labels.CountAsync(Token)).ShouldBe(0, "it works on its own again");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_stands_in_a_transaction_that_was_begun_by_hand_is_not_done_again(bool isAnswered)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var db = scope.Get<NotesDb>();
        await using (var transaction = await db.Database.BeginTransactionAsync(Token))
        {
            if (isAnswered)
            {
                await db.Labels.CountAsync(Token);
            }

            await EndSessionsAsync(host);

            db.Add(new Label { Name = "alone" });
            await Should.ThrowAsync<Exception>(() => db.SaveChangesAsync(Token));
        }

        (await CountAsync(host)).ShouldBe(0);
    }

    [Fact]
    public async Task A_bulk_insert_that_breaks_between_two_chunks_is_told_and_no_row_of_it_is_kept()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await Should.ThrowAsync<Exception>(() => host.InAsync(host.Smith, db => db.Labels.BulkInsertAsync(Labels(), Token)));

        (await CountAsync(host)).ShouldBe(0);

        IEnumerable<Label> Labels()
        {
            for (var number = 0; number < 12_000; number++)
            {
                if (number == 6_000)
                {
                    EndSessionsAsync(host).GetAwaiter().GetResult(); // a sequence is read where it is asked
                }

                yield return new Label { Name = $"{number}" };
            }
        }
    }

    [Fact]
    public async Task A_transaction_whose_commit_was_sent_is_not_done_again()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var attempts = 0;

        // The server ends the session at the COMMIT: from outside it looks as one whose answer was lost.
        await NotesHost.ExecuteAsync(
            await postgres.SuperuserAsync(host.Connections.Application),
            """
            CREATE FUNCTION notes.die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER die AFTER INSERT ON notes.labels DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION notes.die();
            """);

        await Should.ThrowAsync<Exception>(() => host.InAsync(host.Smith, db => db.InTransactionAsync(
            cancelled =>
            {
                attempts++;
                db.Add(new Label { Name = "a" });
                return db.SaveChangesAsync(cancelled);
            },
            Token)));

        attempts.ShouldBe(1);
    }

    public static TheoryData<string, Func<NotesDb, Task<int>>> Told => new()
    {
        { "a delete in bulk", db => db.Labels.ExecuteDeleteAsync(Token) },
        { "inserts that are saved at once", db => { db.AddRange(new Label { Name = "a" }, new Label { Name = "b" }); return db.SaveChangesAsync(Token); } },
    };

    [Theory]
    [MemberData(nameof(Told))]
    public async Task A_write_that_was_sent_with_its_commit_is_not_done_again(string what, Func<NotesDb, Task<int>> write)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.InAsync(host.Smith, db => db.Labels.CountAsync(Token));
        await EndSessionsAsync(host);

        await Should.ThrowAsync<Exception>(() => host.InAsync(host.Smith, write), what);

        (await CountAsync(host)).ShouldBe(0, what);
        await host.InAsync(host.Smith, write); // on another connection
    }

    private static Task<int> CountAsync(NotesHost host) => host.InAsync(host.Smith, db => db.Labels.CountAsync(Token));

    private async Task EndSessionsAsync(NotesHost host, NpgsqlConnection? but = null) => await NotesHost.ExecuteAsync(
        await postgres.SuperuserAsync(host.Connections.Application),
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), $1)",
        but?.ProcessID ?? 0);
}
