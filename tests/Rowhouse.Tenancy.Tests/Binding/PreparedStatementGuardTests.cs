using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Binding;

/// <summary>What fails while the driver prepares a statement, on a pool of one connection.</summary>
public sealed class PreparedStatementGuardTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Held = 7300123;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public enum Work
    {
        Read,
        ReadAnyOf,
        Write,
    }

    /// <summary>What is open when the context is disposed of.</summary>
    public enum Open
    {
        Nothing,
        Connection,
        Transaction,
    }

    public static MatrixTheoryData<Work, bool, Open> Failures { get; } = new(Enum.GetValues<Work>(), [false, true], Enum.GetValues<Open>());

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_text_that_cannot_be_kept_spoils_no_statement_for_those_who_come_after(Work work, bool synchronously, Open open)
    {
        await using var host = await NotesHost.StartAsync(postgres, OneConnection);
        await host.WriteNoteAsync(host.Smith);
        for (var i = 0; i < 5; i++)
        {
            await using var scope = await host.EnterAsync(host.Harbor);
            var db = NotesHost.Context<NotesDb>(scope, options => new(options));
            await (open switch
            {
                Open.Connection => db.Database.OpenConnectionAsync(Token),
                Open.Transaction => db.Database.BeginTransactionAsync(Token),
                _ => Task.CompletedTask,
            });

            var failure = await Record.ExceptionAsync(() => FailAsync(db));
            (failure is DbUpdateException ? failure.InnerException : failure).ShouldBeOfType<PostgresException>().SqlState.ShouldBe(PostgresErrorCodes.CharacterNotInRepertoire);
            if (synchronously)
            {
                db.Dispose();
            }
            else
            {
                await db.DisposeAsync();
            }
        }

        await host.InAsync(host.Smith, async db =>
        {
            var title = (await db.Notebooks.AsNoTracking().FirstAsync(Token)).Title;
            for (var i = 0; i < 5; i++)
            {
                (await Named(db, title).ToListAsync(Token)).Count.ShouldBe(1);
                (await NamedAnyOf(db, [title]).ToListAsync(Token)).Count.ShouldBe(1);
                db.AddRange(new Label { Name = $"label {i}" }, new Notebook { Title = $"kept {i}" });
                (await db.SaveChangesAsync(Token)).ShouldBe(2);
            }
        });

        async Task FailAsync(NotesDb db)
        {
            db.AddRange(new Label { Name = "the database makes its id" }, new Label { Name = "a\0b" }, new Notebook { Title = "a\0b" });
            _ = (work, synchronously) switch
            {
                (Work.Read, false) => await Named(db, "a\0b").ToListAsync(Token),
                (Work.Read, true) => Named(db, "a\0b").ToList(),
                (Work.ReadAnyOf, false) => await NamedAnyOf(db, ["a", "a\0b"]).ToListAsync(Token),
                (Work.ReadAnyOf, true) => NamedAnyOf(db, ["a", "a\0b"]).ToList(),
                (_, false) => await db.SaveChangesAsync(Token),
                (_, true) => (object)db.SaveChanges(),
            };
        }

        static IQueryable<Notebook> Named(NotesDb db, string title) => db.Notebooks.Where(notebook => notebook.Title == title);

        static IQueryable<Notebook> NamedAnyOf(NotesDb db, string[] titles) => db.Notebooks.Where(notebook => titles.Contains(notebook.Title));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_statement_that_is_cancelled_while_the_server_prepares_it_does_not_spoil_its_connection(bool alone)
    {
        await using var host = await NotesHost.StartAsync(postgres, OneConnection);
        await host.WriteNoteAsync(host.Smith);

        // Folded to a constant when the statement is bound, and so asked for once the server has parsed it.
        await NotesHost.ExecuteAsync(
            host.Connections.Owner!,
            $"CREATE FUNCTION notes.slow() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_advisory_xact_lock({Held}); RETURN true; END $$");
        Task<List<string>> AskAsync(CancellationToken cancellationToken) => host.InAsync(host.Smith, async db =>
        {
            await using var transaction = alone ? null : await db.Database.BeginTransactionAsync(cancellationToken);
            return await db.Database.SqlQueryRaw<string>("SELECT text FROM notes.notes WHERE notes.slow()").ToListAsync(cancellationToken);
        });
        await AskAsync(Token);

        await using (var holder = new NpgsqlConnection(host.Connections.Owner + ";Pooling=false"))
        {
            await holder.OpenAsync(Token);
            await using var hold = new NpgsqlCommand($"SELECT pg_advisory_lock({Held})", holder);
            await hold.ExecuteNonQueryAsync(Token);
            using var leaving = new CancellationTokenSource();
            var asking = AskAsync(leaving.Token);
            while (await NotesHost.ScalarAsync<long>(host.Connections.Owner!, $"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {Held} AND NOT granted") == 0)
            {
                asking.IsCompleted.ShouldBeFalse();
                await Task.Delay(10, Token);
            }

            await leaving.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(asking);
        }

        (await AskAsync(Token)).ShouldBe(["note"]);
        (await AskAsync(Token)).ShouldBe(["note"]);
    }

    [Fact]
    public async Task What_fails_while_rows_are_read_spoils_no_statement_though_a_command_of_the_same_connection_ran_before()
    {
        await using var host = await NotesHost.StartAsync(postgres, OneConnection);

        await host.InAsync(host.Smith, async db =>
        {
            (await db.Notes.CountAsync(Token)).ShouldBe(0);

            // The first rows are on their way before the last one fails. COMMIT is seen for the second time and is being
            // prepared, and the server does not look at it.
            var read = db.Database.SqlQueryRaw<string>("SELECT repeat('x', 20000) || 1 / (3 - n) FROM generate_series(1, 3) n").ToListAsync(Token);
            (await Should.ThrowAsync<PostgresException>(read)).SqlState.ShouldBe(PostgresErrorCodes.DivisionByZero);
        });

        for (var i = 0; i < 3; i++)
        {
            (await host.InAsync(host.Smith, db => db.Notes.CountAsync(Token))).ShouldBe(0);
        }
    }

    private static PostgresConnections OneConnection(PostgresConnections connections) =>
        connections with { Application = connections.Application + ";Maximum Pool Size=1;Timeout=5" };
}
