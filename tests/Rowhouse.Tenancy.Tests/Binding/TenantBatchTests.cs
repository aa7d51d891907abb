using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Binding;

/// <summary>
/// The batch derives from the provider's, which is internal, and counts rows by the position of statements: when one of
/// these fails after an update of EF Core or Npgsql, look at TenantBatch.
/// </summary>
public sealed class TenantBatchTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_lost_update_is_never_silent(bool transaction, bool behindReturningInsert)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var note = await host.WriteNoteAsync(host.Smith);

        await host.InAsync(host.Smith, async db =>
        {
            await using var explicitly = transaction ? await db.Database.BeginTransactionAsync(Token) : null;
            var mine = await db.Notes.SingleAsync(Token);
            await host.InAsync(host.Smith, other => other.Notes.ExecuteUpdateAsync(set => set.SetProperty(n => n.Revision, 5), Token));
            mine.Text = "lost";
            if (behindReturningInsert)
            {
                db.Add(new Label { Name = "the database makes its id" });
                db.Add(new Label { Name = "and this one's" });
            }

            var lost = await Should.ThrowAsync<DbUpdateConcurrencyException>(db.SaveChangesAsync(Token));

            lost.Entries.Single().Entity.ShouldBe(mine);
        });

        (await host.InAsync(host.Smith, db => db.Notes.Select(n => n.Text).SingleAsync(Token))).ShouldBe("note");
        (await host.InAsync(host.Smith, db => db.Labels.CountAsync(Token))).ShouldBe(0);
        note.Revision.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Values_that_the_database_makes_come_back_to_their_own_entities(bool transaction)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var labels = Enumerable.Range(0, 5).Select(i => new Label { Name = $"label {i}" }).ToList();

        await host.InAsync(host.Smith, async db =>
        {
            await using var explicitly = transaction ? await db.Database.BeginTransactionAsync(Token) : null;
            db.AddRange(labels[0], new Notebook { Title = "between" }, labels[1], labels[2], labels[3], labels[4]);
            await db.SaveChangesAsync(Token);
            if (explicitly is not null)
            {
                await explicitly.CommitAsync(Token);
            }
        });

        var stored = await host.InAsync(host.Smith, db => db.Labels.ToDictionaryAsync(label => label.Id, label => label.Name, Token));
        stored.Count.ShouldBe(5);
        labels.ShouldAllBe(label => stored[label.Id] == label.Name);
    }

    [Fact]
    public async Task Inserts_updates_and_deletes_together_are_all_or_nothing()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var note = await host.WriteNoteAsync(host.Smith);

        await host.InAsync(host.Smith, async db =>
        {
            (await db.Notes.SingleAsync(Token)).Text = "changed";
            db.Add(new Notebook { Title = "new" });
            db.Remove(new Label { Id = 404, Name = "" });
            await Should.ThrowAsync<DbUpdateConcurrencyException>(db.SaveChangesAsync(Token));
        });

        (await host.InAsync(host.Smith, db => db.Notes.Select(n => n.Text).SingleAsync(Token))).ShouldBe("note");
        (await host.InAsync(host.Smith, db => db.Notebooks.CountAsync(Token))).ShouldBe(1);
        note.Text.ShouldBe("note");
    }

    [Fact]
    public async Task More_rows_than_one_batch_holds_are_all_or_nothing()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await Should.ThrowAsync<DbUpdateException>(host.InAsync(host.Smith, db =>
        {
            db.AddRange(Enumerable.Range(0, 2500).Select(i => new Notebook { Title = $"notebook {i % 2400}" }));
            return db.SaveChangesAsync(Token);
        }));
        (await host.InAsync(host.Smith, db => db.Notebooks.CountAsync(Token))).ShouldBe(0);

        await host.InAsync(host.Smith, db =>
        {
            db.AddRange(Enumerable.Range(0, 2500).Select(i => new Notebook { Title = $"notebook {i}" }));
            return db.SaveChangesAsync(Token);
        });
        (await host.InAsync(host.Smith, db => db.Notebooks.CountAsync(Token))).ShouldBe(2500);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_violated_key_is_an_update_exception_and_the_connection_stays_usable(bool synchronously)
    {
        await using var host = await NotesHost.StartAsync(postgres, connections => connections with { Application = connections.Application + ";Maximum Pool Size=1;Timeout=5" });
        await host.InAsync(host.Smith, db => SaveAsync(db, "twice"));

        var refused = await Should.ThrowAsync<DbUpdateException>(host.InAsync(host.Smith, db => SaveAsync(db, "twice")));

        ((PostgresException)refused.InnerException!).SqlState.ShouldBe(PostgresErrorCodes.UniqueViolation);
        refused.Entries.Count.ShouldBe(1);
        await host.InAsync(host.Harbor, db => SaveAsync(db, "twice"));

        async Task SaveAsync(NotesDb db, string title)
        {
            db.Add(new Notebook { Title = title });
            _ = synchronously ? db.SaveChanges() : await db.SaveChangesAsync(Token);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_constraint_that_fails_at_the_commit_is_an_update_exception(bool returning)
    {
        await using var host = await NotesHost.StartAsync(postgres, connections => connections with { Application = connections.Application + ";Maximum Pool Size=1;Timeout=5" });
        await NotesHost.ExecuteAsync(host.Connections.Owner!, "ALTER TABLE notes.notes ALTER CONSTRAINT fk_notes_notebooks_tenant_id_notebook_id DEFERRABLE INITIALLY DEFERRED");

        var refused = await Should.ThrowAsync<DbUpdateException>(host.InAsync(host.Smith, db =>
        {
            db.Add(new Note { Text = "without a notebook", NotebookId = new Notebook { Title = "never stored" }.Id });
            if (returning)
            {
                db.Add(new Label { Name = "the database makes its id" });
            }

            return db.SaveChangesAsync(Token);
        }));

        ((PostgresException)refused.InnerException!).SqlState.ShouldBe(PostgresErrorCodes.ForeignKeyViolation);
        (await host.InAsync(host.Smith, db => db.Labels.CountAsync(Token))).ShouldBe(0);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_batch_that_fails_behind_its_first_statement_leaves_no_transaction_open(bool synchronously, bool returning)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith, "twice");

        await host.InAsync(host.Smith, async db =>
        {
            await db.Database.OpenConnectionAsync(Token);
            db.AddRange(new Label { Name = "first" }, new Notebook { Title = "notebook of twice" });
            if (returning)
            {
                db.Add(new Label { Name = "behind it" });
            }

            if (synchronously)
            {
                Should.Throw<DbUpdateException>(() => db.SaveChanges());
            }
            else
            {
                await Should.ThrowAsync<DbUpdateException>(db.SaveChangesAsync(Token));
            }

            (await db.Notes.CountAsync(Token)).ShouldBe(1);
        });
    }
}
