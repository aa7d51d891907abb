using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Binding;

/// <summary>PostgreSQL answers COMMIT with ROLLBACK where a statement has failed. Nobody may take that for a commit.</summary>
public sealed class FailedStatementsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string FailsWhileItIsRead = "SELECT 1 / (20000 - i) AS \"Value\" FROM generate_series(1, 30000) i";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_transaction_that_goes_on_after_a_refused_save_does_not_commit_in_silence() => RefusedAsync(async db =>
    {
        db.Add(new Notebook { Title = "lost" });
        var refused = await Should.ThrowAsync<DbUpdateException>(db.SaveChangesAsync(Token));
        db.ChangeTracker.Clear();
        return refused.InnerException;
    });

    [Fact]
    public Task Nor_one_that_goes_on_after_a_failed_statement() =>
        RefusedAsync(async db => await Should.ThrowAsync<PostgresException>(db.Database.ExecuteSqlRawAsync("SELECT 1 / 0", Token)));

    [Fact]
    public Task Nor_one_whose_statement_failed_while_it_was_read() => RefusedAsync(async db =>
    {
        await Should.ThrowAsync<PostgresException>(db.Database.SqlQueryRaw<int>(FailsWhileItIsRead).ToListAsync(Token));
        return null;
    });

    [Fact]
    public Task Nor_one_whose_statement_was_cancelled() => RefusedAsync(async db =>
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Should.ThrowAsync<OperationCanceledException>(db.Database.ExecuteSqlRawAsync("SELECT pg_sleep(20)", soon.Token));
        return null;
    });

    [Fact]
    public async Task Nor_one_that_is_committed_without_waiting()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await host.InAsync(host.Smith, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await Should.ThrowAsync<PostgresException>(db.Database.ExecuteSqlRawAsync("SELECT 1 / 0", Token));
            Should.Throw<InvalidOperationException>(transaction.Commit).Message.ShouldContain("nothing of it was kept");
        });
    }

    [Fact]
    public async Task What_was_rolled_back_to_a_savepoint_does_no_harm()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await host.InAsync(host.Smith, async db =>
        {
            await db.InTransactionAsync(
                async cancelled =>
                {
                    db.Database.AutoSavepointsEnabled = true;
                    db.Add(new Notebook { Title = "kept" });
                    await db.SaveChangesAsync(cancelled);
                    var again = db.Add(new Notebook { Title = "kept" });
                    await Should.ThrowAsync<DbUpdateException>(db.SaveChangesAsync(cancelled));
                    again.State = EntityState.Detached;

                    // Also where the kernel is not told of it.
                    await db.Database.ExecuteSqlRawAsync("SAVEPOINT mine", cancelled);
                    await Should.ThrowAsync<PostgresException>(db.Database.ExecuteSqlRawAsync("SELECT 1 / 0", cancelled));
                    await using var undo = db.Database.GetDbConnection().CreateCommand();
                    undo.CommandText = "ROLLBACK TO mine";
                    await undo.ExecuteNonQueryAsync(cancelled);
                    return 0;
                },
                Token);
            (await db.Notebooks.CountAsync(Token)).ShouldBe(1);
        });
    }

    [Fact]
    public async Task A_transaction_after_one_in_which_a_statement_failed_commits()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await host.InAsync(host.Smith, async db =>
        {
            await using (await db.Database.BeginTransactionAsync(Token))
            {
                await Should.ThrowAsync<PostgresException>(db.Database.ExecuteSqlRawAsync("SELECT 1 / 0", Token));
            }

            await db.InTransactionAsync(
                cancelled =>
                {
                    db.Add(new Notebook { Title = "kept" });
                    return db.SaveChangesAsync(cancelled);
                },
                Token);
            (await db.Notebooks.CountAsync(Token)).ShouldBe(1);
        });
    }

    private async Task RefusedAsync(Func<NotesDb, Task<Exception?>> fail)
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await host.InAsync(host.Smith, async db =>
        {
            Exception? cause = null;
            var refused = await Should.ThrowAsync<InvalidOperationException>(db.InTransactionAsync(
                async cancelled =>
                {
                    db.Add(new Notebook { Title = "lost" });
                    await db.SaveChangesAsync(cancelled);
                    cause = await fail(db);
                    return 0;
                },
                Token));

            refused.Message.ShouldContain("A statement failed in this transaction and it went on");
            if (cause is not null)
            {
                refused.InnerException.ShouldBeSameAs(cause);
            }

            db.ChangeTracker.Clear();
            (await db.Notebooks.CountAsync(Token)).ShouldBe(0);
        });
    }
}
