using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

/// <summary>Work that meets a fenced home is done once the tenant has a new one.</summary>
public sealed class ReplayTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, Func<NotesDb, Task>> Writes => new()
    {
        { "one insert", db => SaveAsync(db, new Label { Name = "a" }) },
        { "inserts", db => SaveAsync(db, new Label { Name = "a" }, new Label { Name = "b" }) },
        { "inserts and an update, in EF Core's own transaction", async db => { (await db.Notes.SingleAsync(Token)).Text = "changed"; await SaveAsync(db, new Label { Name = "a" }); } },
        { "an update in bulk", db => db.Notes.ExecuteUpdateAsync(set => set.SetProperty(note => note.Revision, note => note.Revision + 1), Token) },
        { "a delete in bulk", db => db.Notes.ExecuteDeleteAsync(Token) },
        { "a bulk insert from a sequence that can be read once", db => db.Labels.BulkInsertAsync(Once(12_000), Token) },
        { "a bulk insert while entities are tracked", async db => { await db.Notes.SingleAsync(Token); await db.Labels.BulkInsertAsync(Once(1), Token); } },
        { "a transaction", db => db.InTransactionAsync(async cancelled => { (await db.Notes.SingleAsync(cancelled)).Revision++; db.Add(new Label { Name = "a" }); return await db.SaveChangesAsync(cancelled); }, Token) },
        { "work under a lock", db => db.InLockAsync("labels", cancelled => db.Labels.BulkInsertAsync(Once(2), cancelled), Token) },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_that_meets_a_closed_home_waits_for_the_new_one_and_is_done_once(string what, Func<NotesDb, Task> write)
    {
        var clock = new TellingTimeProvider();
        await using var moved = await NotesHost.StartAsync(postgres, clock: clock);
        await using var still = await NotesHost.StartAsync(postgres);
        await moved.WriteNoteAsync(moved.Smith);
        await still.WriteNoteAsync(still.Smith);
        await moved.ChangeHomeAsync(moved.Smith, "state = 'closed'");

        var writing = moved.InAsync(moved.Smith, async db =>
        {
            await write(db);
            db.ChangeTracker.HasChanges().ShouldBeFalse();
        });
        await clock.Waits.WaitAsync(Token);
        writing.IsCompleted.ShouldBeFalse(what);
        await moved.MoveAsync(moved.Smith);
        await writing;

        await still.InAsync(still.Smith, write);
        (await StateAsync(moved)).ShouldBe(await StateAsync(still));
    }

    [Fact]
    public async Task A_scope_that_was_entered_before_the_move_writes_after_it()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var db = scope.Get<NotesDb>();
        await SaveAsync(db, new Label { Name = "before" });

        await host.MoveAsync(host.Smith);

        await SaveAsync(db, new Label { Name = "after" });
        (await db.Labels.CountAsync(Token)).ShouldBe(2);
    }

    [Fact]
    public async Task Two_contexts_of_one_scope_both_follow_the_tenant()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var first = scope.Get<NotesDb>();
        await using var second = NotesHost.Context<NotesDb>(scope, options => new(options));
        await SaveAsync(first, new Label { Name = "first" });
        await SaveAsync(second, new Label { Name = "second" });

        await host.MoveAsync(host.Smith);

        await SaveAsync(first, new Label { Name = "first again" });
        await SaveAsync(second, new Label { Name = "second again" });
        (await first.Labels.CountAsync(Token)).ShouldBe(4);
    }

    [Fact]
    public async Task A_caller_who_leaves_does_not_wait_for_the_new_home()
    {
        var clock = new TellingTimeProvider();
        await using var host = await NotesHost.StartAsync(postgres, clock: clock);
        await host.ChangeHomeAsync(host.Smith, "state = 'closed'");
        using var leaving = new CancellationTokenSource();

        var writing = host.InAsync(host.Smith, db => db.Labels.BulkInsertAsync(Once(1), leaving.Token));
        await clock.Waits.WaitAsync(Token);
        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(writing);
    }

    [Fact]
    public async Task An_explicit_transaction_is_not_done_again_in_part()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await host.InAsync(host.Smith, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await db.Labels.CountAsync(Token);
            await host.MoveAsync(host.Smith);
            await Should.ThrowAsync<HomeNotWritableException>(SaveAsync(db, new Label { Name = "a" }));
        });

        await host.InAsync(host.Smith, async db =>
        {
            (await db.Labels.CountAsync(Token)).ShouldBe(0);
            await SaveAsync(db, new Label { Name = "a" });
        });
    }

    [Fact]
    public async Task A_transaction_begins_with_nothing_tracked_and_is_the_outermost()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);

        await host.InAsync(host.Smith, async db =>
        {
            var note = await db.Notes.SingleAsync(Token);
            (await Should.ThrowAsync<InvalidOperationException>(db.InTransactionAsync(db.SaveChangesAsync, Token))).Message.ShouldContain("tracks a Note");

            db.Entry(note).State = EntityState.Detached;
            await Should.ThrowAsync<InvalidOperationException>(db.InTransactionAsync(_ => db.InTransactionAsync(db.SaveChangesAsync, Token), Token));
        });
    }

    [Fact]
    public async Task Who_waits_too_long_for_a_lock_is_told_so_and_nothing_is_changed()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var held = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var holding = host.InAsync(host.Smith, db => db.InLockAsync("labels", async _ =>
        {
            held.SetResult();
            await release.Task;
            return 0;
        }, Token));
        await held.Task;

        try
        {
            (await Should.ThrowAsync<TenantLockTimeoutException>(host.InAsync(host.Smith, db => db.InLockAsync("labels", cancelled => db.Labels.BulkInsertAsync(Once(1), cancelled), Token)))).Message.ShouldContain("labels");
            await host.InAsync(host.Harbor, db => db.InLockAsync("labels", cancelled => db.Labels.BulkInsertAsync(Once(1), cancelled), Token));
            await host.InAsync(host.Smith, db => db.InLockAsync("notes", cancelled => db.Notes.CountAsync(cancelled), Token));
        }
        finally
        {
            release.SetResult();
            await holding;
        }

        (await host.InAsync(host.Smith, db => db.Labels.CountAsync(Token))).ShouldBe(0);
    }

    private static async Task SaveAsync(NotesDb db, params object[] added)
    {
        db.AddRange(added);
        await db.SaveChangesAsync(Token);
    }

    private static IEnumerable<Label> Once(int count)
    {
        var read = 0;
        IEnumerable<Label> Read()
        {
            while (read++ < count)
            {
                yield return new() { Name = $"label {read}" };
            }
        }

        return Read();
    }

    /// <summary>What the tenant has: how many labels, and each note.</summary>
    private static Task<string> StateAsync(NotesHost host) => host.InAsync(host.Smith, async db =>
        $"{await db.Labels.CountAsync(Token)} {string.Join(',', await db.Notes.Select(note => $"{note.Text} {note.Revision}").ToListAsync(Token))}");
}
