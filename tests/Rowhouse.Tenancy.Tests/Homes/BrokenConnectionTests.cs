using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_database_has_refused_or_ended_it_has_answered(bool isCancelled)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);
        var attempts = 0;

        await Should.ThrowAsync<Exception>(() => host.InAsync(host.Smith, db => db.InTransactionAsync(
            async cancelled =>
            {
                attempts++;
                if (isCancelled)
                {
                    using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
                    await Should.ThrowAsync<OperationCanceledException>(() => db.Database.ExecuteSqlAsync($"SELECT pg_sleep(60)", soon.Token));
                }
                else
                {
                    db.Add(new Notebook { Title = "notebook of note" });
                    await Should.ThrowAsync<DbUpdateException>(() => db.SaveChangesAsync(cancelled));
                }

                await EndSessionsAsync(host);
                return await db.Labels.CountAsync(cancelled);
            },
            Token)));

        attempts.ShouldBe(1);
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
        { "raw SQL", async db => await db.Database.ExecuteSqlAsync($"INSERT INTO notes.labels (tenant_id, name) VALUES (current_setting('rowhouse.tenant')::uuid, 'a')", Token) },
        { "synchronous work", db => { db.AddRange(new Label { Name = "a" }, new Label { Name = "b" }); return Task.Run(() => db.SaveChanges(), Token); } },
        { "a transaction of one's own", async db => { await using var own = await db.Database.BeginTransactionAsync(Token); db.Add(new Label { Name = "a" }); var saved = await db.SaveChangesAsync(Token); await own.CommitAsync(Token); return saved; } },
        { "a transaction", db => { db.ChangeTracker.Clear(); return db.InTransactionAsync(async cancelled => { db.Add(new Label { Name = "a" }); return await db.SaveChangesAsync(cancelled); }, Token); } },
    };

    [Theory]
    [MemberData(nameof(Stubborn))]
    public async Task Who_goes_on_though_the_transaction_broke_keeps_nothing(string what, Func<NotesDb, Task<int>> write)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.InAsync(host.Smith, async db => { db.Add(new Label { Name = "before" }); await db.SaveChangesAsync(Token); });

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
                    await RefusedAsync(() => write(db), what);
                }

                return 0;
            },
            Token)));

        (await host.InAsync(host.Smith, db => db.Labels.Select(label => label.Name).ToListAsync(Token))).ShouldBe(["before"], what);
    }

    [Theory]
    [MemberData(nameof(Stubborn))]
    public async Task Who_goes_on_though_a_transaction_begun_by_hand_broke_keeps_nothing(string what, Func<NotesDb, Task<int>> write)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.InAsync(host.Smith, async db => { db.Add(new Label { Name = "before" }); await db.SaveChangesAsync(Token); });

        await host.InAsync(host.Smith, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await db.Labels.AsTracking().SingleAsync(Token);
            db.Add(new Label { Name = "first" });
            await db.SaveChangesAsync(Token);
            await EndSessionsAsync(host);
            await Should.ThrowAsync<Exception>(db.Labels.CountAsync(Token));
            for (var attempt = 0; attempt < 3; attempt++)
            {
                await RefusedAsync(() => write(db), what);
            }
        });

        (await host.InAsync(host.Smith, db => db.Labels.Select(label => label.Name).ToListAsync(Token))).ShouldBe(["before"], what);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transaction_that_broke_is_entered_by_nobody(bool isByHand)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var first = scope.Get<NotesDb>();
        await using var second = NotesHost.Context<NotesDb>(scope, options => new(options));

        await Should.ThrowAsync<OperationCanceledException>(isByHand ? ByHandAsync() : first.InTransactionAsync(_ => GoOnAsync(), Token));

        (await CountAsync(host)).ShouldBe(0);
        second.Add(new Label { Name = "on its own" });
        await second.SaveChangesAsync(Token);
        (await CountAsync(host)).ShouldBe(1);

        async Task<int> GoOnAsync()
        {
            await first.Labels.CountAsync(Token);
            await EndSessionsAsync(host);
            await Should.ThrowAsync<Exception>(first.Labels.CountAsync(Token));
            (await Should.ThrowAsync<InvalidOperationException>(second.EnterTransactionAsync(first, Token))).Message.ShouldContain("ended with its connection");
            await Should.ThrowAsync<Exception>(first.Labels.CountAsync(Token)); // EF Core has forgotten it by now
            (await Should.ThrowAsync<InvalidOperationException>(second.InTransactionAsync(async cancelled => { await first.EnterTransactionAsync(second, cancelled); return 0; }, Token))).Message.ShouldContain("ended with its connection");
            throw new OperationCanceledException();
        }

        async Task<int> ByHandAsync()
        {
            await using var transaction = await first.Database.BeginTransactionAsync(Token);
            return await GoOnAsync();
        }
    }

    [Fact]
    public async Task A_connection_that_is_opened_by_hand_brings_no_lost_transaction_back()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var db = scope.Get<NotesDb>();
        await using var lost = await db.Database.BeginTransactionAsync(Token);
        await db.Labels.CountAsync(Token);
        await EndSessionsAsync(host);
        await Should.ThrowAsync<Exception>(db.Labels.CountAsync(Token));
        await RefusedAsync(() => db.Labels.CountAsync(Token)); // EF Core has forgotten it by now
        var connection = db.Database.GetDbConnection();
        await connection.OpenAsync(Token);

        db.Add(new Label { Name = "alone" });
        await RefusedAsync(() => db.SaveChangesAsync(Token));
        await using var another = await connection.BeginTransactionAsync(Token);
        await RefusedAsync(() => db.Database.UseTransactionAsync(another, Token));

        (await CountAsync(host)).ShouldBe(0);
    }

    [Fact]
    public async Task Who_is_not_let_in_does_not_end_the_transaction_either()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var first = scope.Get<NotesDb>();
        await using var second = NotesHost.Context<NotesDb>(scope, options => new(options));

        await Should.ThrowAsync<OperationCanceledException>(() => first.InTransactionAsync<int>(
            async cancelled =>
            {
                first.Add(new Label { Name = "undone" });
                await first.SaveChangesAsync(cancelled);
                using (new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled))
                {
                    await Should.ThrowAsync<InvalidOperationException>(second.EnterTransactionAsync(first, cancelled));
                }

                second.Add(new Label { Name = "on its own" });
                await second.SaveChangesAsync(cancelled);
                throw new OperationCanceledException();
            },
            Token));

        (await host.InAsync(host.Smith, db => db.Labels.Select(label => label.Name).ToListAsync(Token))).ShouldBe(["on its own"]);
    }

    [Fact]
    public async Task What_opens_a_connection_anew_in_anothers_transaction_lets_that_one_keep_nothing_alone()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var first = scope.Get<NotesDb>();
        await using var second = NotesHost.Context<NotesDb>(scope, options => new(options));
        List<bool> kept = [];

        await Should.ThrowAsync<Exception>(first.InTransactionAsync(
            async cancelled =>
            {
                await second.EnterTransactionAsync(first, cancelled);
                first.Add(new Label { Name = "of the first" });
                await first.SaveChangesAsync(cancelled);
                await EndSessionsAsync(host);
                for (var attempt = 0; attempt < 2; attempt++)
                {
                    foreach (var db in (NotesDb[])[second, first])
                    {
                        kept.Add(await Record.ExceptionAsync(() => db.Database.ExecuteSqlAsync($"INSERT INTO notes.labels (tenant_id, name) VALUES (current_setting('rowhouse.tenant')::uuid, 'alone')", Token)) is null);
                    }
                }

                await second.LeaveTransactionAsync();
                return 0;
            },
            Token));

        kept.ShouldAllBe(one => !one);
        (await CountAsync(host)).ShouldBe(0);
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

        (await CountAsync(host)).ShouldBe(0);
        await Should.ThrowAsync<InvalidOperationException>(db.Labels.CountAsync(Token), "nobody can tell whether it goes on as part of it");
    }

    [Fact]
    public async Task A_pooler_that_has_lost_the_server_and_keeps_its_client_has_lost_the_transaction()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await NotesHost.ExecuteAsync(await postgres.SuperuserAsync(host.Connections.Application), "CREATE FUNCTION notes.cut() RETURNS integer LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'server conn crashed?' USING ERRCODE = '08006'; END$$");

        await using var scope = await host.EnterAsync(host.Smith);
        var first = scope.Get<NotesDb>();
        await using var second = NotesHost.Context<NotesDb>(scope, options => new(options));

        await Should.ThrowAsync<OperationCanceledException>(() => first.InTransactionAsync<int>(
            async cancelled =>
            {
                await second.EnterTransactionAsync(first, cancelled);
                await Should.ThrowAsync<PostgresException>(() => second.Database.SqlQuery<int>($"SELECT notes.cut() AS \"Value\"").SingleAsync(cancelled));
                await RefusedAsync(() => second.Labels.CountAsync(cancelled));
                await RefusedAsync(() => first.Labels.CountAsync(cancelled));
                await second.LeaveTransactionAsync();
                throw new OperationCanceledException();
            },
            Token));

        (await first.Labels.CountAsync(Token)).ShouldBe(0);
    }

    [Fact]
    public async Task A_transaction_whose_commit_was_not_sent_is_still_one()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var db = scope.Get<NotesDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(Token);
        db.Add(new Label { Name = "first" });
        await db.SaveChangesAsync(Token);
        await Should.ThrowAsync<OperationCanceledException>(transaction.CommitAsync(new CancellationToken(canceled: true)));
        await EndSessionsAsync(host);
        db.Add(new Label { Name = "alone" });
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await Should.ThrowAsync<Exception>(() => db.SaveChangesAsync(Token));
        }

        (await CountAsync(host)).ShouldBe(0);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task What_stands_in_a_transaction_that_was_begun_by_hand_is_not_done_again(bool isAnswered, bool hasLevel)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var db = scope.Get<NotesDb>();
        await using (var transaction = await (hasLevel ? db.Database.BeginTransactionAsync(IsolationLevel.Serializable, Token) : db.Database.BeginTransactionAsync(Token)))
        {
            if (isAnswered)
            {
                await db.Labels.CountAsync(Token);
            }

            await EndSessionsAsync(host);

            db.Add(new Label { Name = "alone" });
            for (var attempt = 0; attempt < 2; attempt++)
            {
                await Should.ThrowAsync<Exception>(() => db.SaveChangesAsync(Token));
            }
        }

        (await CountAsync(host)).ShouldBe(0);
    }

    [Fact]
    public async Task A_context_goes_on_after_a_transaction_of_its_own_that_ended()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var db = scope.Get<NotesDb>();
        foreach (var level in (IsolationLevel[])[IsolationLevel.ReadCommitted, IsolationLevel.RepeatableRead])
        {
            foreach (var end in (Func<IDbContextTransaction, Task>[])[transaction => transaction.CommitAsync(Token), transaction => transaction.RollbackAsync(Token), _ => Task.CompletedTask])
            {
                await using (var transaction = await db.Database.BeginTransactionAsync(level, Token))
                {
                    await db.Labels.CountAsync(Token);
                    await end(transaction);
                }

                await EndSessionsAsync(host);
                (await db.Labels.CountAsync(Token)).ShouldBe(0);
            }
        }
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
        await EndSessionsAtCommitAsync(host);
        var attempts = 0;

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

    [Fact]
    public async Task A_context_whose_own_commit_was_not_answered_goes_no_further()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await EndSessionsAtCommitAsync(host);
        await using var scope = await host.EnterAsync(host.Smith);
        var db = scope.Get<NotesDb>();
        await using (var transaction = await db.Database.BeginTransactionAsync(Token))
        {
            db.Add(new Label { Name = "a" });
            await db.SaveChangesAsync(Token);
            await Should.ThrowAsync<Exception>(transaction.CommitAsync(Token));
        }

        await RefusedAsync(() => db.Labels.CountAsync(Token));
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

        await using var scope = await host.EnterAsync(host.Smith);
        var db = scope.Get<NotesDb>();
        await Should.ThrowAsync<Exception>(() => write(db), what);

        (await CountAsync(host)).ShouldBe(0, what);
        db.ChangeTracker.Clear();
        await write(db); // on another connection
        (await CountAsync(host)).ShouldBe(what == "a delete in bulk" ? 0 : 2, what);
    }

    [Fact]
    public async Task Synchronous_work_that_broke_is_told_and_its_context_goes_on()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.InAsync(host.Smith, db => db.Labels.CountAsync(Token));
        await EndSessionsAsync(host);
        await using var scope = await host.EnterAsync(host.Smith);
        var db = scope.Get<NotesDb>();
        db.AddRange(Enumerable.Range(0, 1_001).Select(number => new Label { Name = $"{number}" })); // in two batches, so in a transaction of EF Core's

        await Should.ThrowAsync<Exception>(() => Task.Run(() => db.SaveChanges(), Token));

        (await CountAsync(host)).ShouldBe(0);
        await Task.Run(() => db.SaveChanges(), Token);
        (await CountAsync(host)).ShouldBe(1_001);
    }

    private static async Task RefusedAsync(Func<Task> work, string? what = null) =>
        (await Record.ExceptionAsync(work)).ShouldNotBeNull(what).GetBaseException().Message.ShouldMatch("ended with its connection|Transaction is already completed", what); // the driver's own words, where it is asked first

    private static Task<int> CountAsync(NotesHost host) => host.InAsync(host.Smith, db => db.Labels.CountAsync(Token));

    /// <summary>Lets the server end a session at the COMMIT of labels: from outside it looks as if the answer was lost.</summary>
    private async Task EndSessionsAtCommitAsync(NotesHost host) => await NotesHost.ExecuteAsync(
        await postgres.SuperuserAsync(host.Connections.Application),
        """
        CREATE FUNCTION notes.die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER die AFTER INSERT ON notes.labels DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION notes.die();
        """);

    private async Task EndSessionsAsync(NotesHost host, NpgsqlConnection? but = null) => await NotesHost.ExecuteAsync(
        await postgres.SuperuserAsync(host.Connections.Application),
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), $1)",
        but?.ProcessID ?? 0);
}
