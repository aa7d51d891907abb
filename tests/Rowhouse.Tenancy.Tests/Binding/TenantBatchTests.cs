using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
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
    [InlineData(false, false, false)]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, false)]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    public async Task A_lost_update_is_never_silent(bool transaction, bool behindReturningInsert, bool synchronously)
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

            var lost = await Should.ThrowAsync<DbUpdateConcurrencyException>(() => SaveAsync(db, synchronously));

            lost.Entries.Single().Entity.ShouldBe(mine);
        });

        (await host.InAsync(host.Smith, db => db.Notes.Select(n => n.Text).SingleAsync(Token))).ShouldBe("note");
        (await host.InAsync(host.Smith, db => db.Labels.CountAsync(Token))).ShouldBe(0);
        note.Revision.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lost_update_that_would_have_returned_values_is_never_silent(bool synchronously)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);
        await using var scope = await host.EnterAsync(host.Smith);
        await using var db = NotesHost.Context<VersionedDb>(scope, options => new(options));
        var mine = await db.Set<Notebook>().SingleAsync(Token);
        mine.Title = "first";
        await SaveAsync(db, synchronously);
        await host.InAsync(host.Smith, other => other.Notebooks.ExecuteUpdateAsync(set => set.SetProperty(notebook => notebook.Title, "theirs"), Token));

        mine.Title = "lost";
        db.Add(new Notebook { Title = "new" });
        var lost = await Should.ThrowAsync<DbUpdateConcurrencyException>(() => SaveAsync(db, synchronously));

        lost.Entries.Single().Entity.ShouldBe(mine);
        (await host.InAsync(host.Smith, other => other.Notebooks.Select(notebook => notebook.Title).ToListAsync(Token))).ShouldBe(["theirs"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_that_somebody_else_has_added_statements_to_is_refused(bool transaction)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        await using var db = NotesHost.Context<NotesDb>(scope, options => new(options), options => options.AddInterceptors(new Commands(command => command.CommandText = $"SELECT 1;SELECT 2;SELECT 3;{command.CommandText}")));
        await using var explicitly = transaction ? await db.Database.BeginTransactionAsync(Token) : null;
        db.Add(new Notebook { Title = "new" });

        (await Should.ThrowAsync<DbUpdateException>(db.SaveChangesAsync(Token))).InnerException!.Message.ShouldContain("affected rows cannot be told apart");
    }

    [Fact]
    public async Task A_stored_procedure_is_refused()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        await using var db = NotesHost.Context<ProcedureDb>(scope, options => new(options));
        db.Add(new Notebook { Title = "by a procedure" });

        (await Should.ThrowAsync<NotSupportedException>(db.SaveChangesAsync(Token))).Message.ShouldContain("stored procedure");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Values_that_the_database_makes_come_back_to_their_own_entities(bool transaction, bool synchronously)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var labels = Enumerable.Range(0, 5).Select(i => new Label { Name = $"label {i}" }).ToList();

        await host.InAsync(host.Smith, async db =>
        {
            await using var explicitly = transaction ? await db.Database.BeginTransactionAsync(Token) : null;
            db.AddRange(labels[0], new Notebook { Title = "between" }, labels[1], labels[2], labels[3], labels[4]);
            await SaveAsync(db, synchronously);
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
        await host.InAsync(host.Smith, db => AddAsync(db, "twice"));

        var refused = await Should.ThrowAsync<DbUpdateException>(host.InAsync(host.Smith, db => AddAsync(db, "twice")));

        ((PostgresException)refused.InnerException!).SqlState.ShouldBe(PostgresErrorCodes.UniqueViolation);
        refused.Entries.Count.ShouldBe(1);
        await host.InAsync(host.Harbor, db => AddAsync(db, "twice"));

        Task AddAsync(NotesDb db, string title)
        {
            db.Add(new Notebook { Title = title });
            return SaveAsync(db, synchronously);
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

            var refused = await Should.ThrowAsync<DbUpdateException>(() => SaveAsync(db, synchronously));

            ((PostgresException)refused.InnerException!).SqlState.ShouldBe(PostgresErrorCodes.UniqueViolation);
            refused.Entries.ShouldHaveSingleItem().Entity.ShouldBeOfType<Notebook>();
            (await db.Notes.CountAsync(Token)).ShouldBe(1);
        });
    }

    private static async Task SaveAsync(DbContext db, bool synchronously) => _ = synchronously ? db.SaveChanges() : await db.SaveChangesAsync(Token);

    /// <summary>The notebooks with a value that the database makes at every update.</summary>
    private sealed class VersionedDb(DbContextOptions<VersionedDb> options) : TenantDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Notebook>(notebook =>
        {
            notebook.ToTable("notebooks", "notes").Ignore(n => n.Notes);
            notebook.Property<uint>("xmin").IsRowVersion();
        });
    }

    private sealed class ProcedureDb(DbContextOptions<ProcedureDb> options) : TenantDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Notebook>(notebook =>
        {
            notebook.ToTable("notebooks", "notes").Ignore(n => n.Notes);
            notebook.InsertUsingStoredProcedure("insert_notebook", "notes", procedure => procedure.HasParameter("tenant_id").HasParameter(n => n.Id, id => id.IsInputOutput()).HasParameter(n => n.Title));
        });
    }
}
