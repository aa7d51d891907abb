using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

public sealed class TenantDbContextTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_note_is_seen_only_by_the_tenant_that_wrote_it()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var note = await host.WriteNoteAsync(host.Smith);

        (await host.InAsync(host.Smith, db => db.Notes.Select(n => n.Id).ToListAsync(Token))).ShouldBe([note.Id]);
        (await host.InAsync(host.Harbor, db => db.Notes.Select(n => n.Id).ToListAsync(Token))).ShouldBeEmpty();
    }

    // EF Core's IEntityFinderSource is internal: when this fails after an update, look at TenantFinderSource.
    [Fact]
    public async Task Find_takes_the_id_alone_and_finds_nothing_of_another_tenant()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var note = await host.WriteNoteAsync(host.Smith);

        await host.InAsync(host.Smith, async db =>
        {
            (await db.Notes.FindAsync([note.Id], Token))!.Text.ShouldBe("note");
            db.Notes.Find(note.Id).ShouldBe(db.Notes.Local.Single());
            (await db.FindAsync<Note>([note.Id], Token)).ShouldNotBeNull();
            (await db.FindAsync(typeof(Note), [note.Id], Token)).ShouldNotBeNull();
            (await db.Countries.FindAsync(["xx"], Token)).ShouldBeNull();
        });
        (await host.InAsync(host.Harbor, async db => await db.Notes.FindAsync([note.Id], Token))).ShouldBeNull();
    }

    [Fact]
    public async Task The_stub_of_an_own_row_can_be_updated_and_removed()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var note = await host.WriteNoteAsync(host.Smith);

        await host.InAsync(host.Smith, db =>
        {
            db.Update(new Note { Id = note.Id, Text = "changed", NotebookId = note.NotebookId });
            return db.SaveChangesAsync(Token);
        });
        (await host.InAsync(host.Smith, db => db.Notes.Select(n => n.Text).ToListAsync(Token))).ShouldBe(["changed"]);

        await host.InAsync(host.Smith, db =>
        {
            db.Remove(new Note { Id = note.Id, Text = "" });
            return db.SaveChangesAsync(Token);
        });
        (await host.InAsync(host.Smith, db => db.Notes.CountAsync(Token))).ShouldBe(0);
    }

    [Fact]
    public async Task Related_rows_are_loaded_severed_and_deleted_within_the_tenant()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var question = await host.WriteNoteAsync(host.Smith, "question");
        var answer = await host.InAsync(host.Smith, async db =>
        {
            var note = new Note { Text = "answer", NotebookId = question.NotebookId, AnswerToId = question.Id, Place = new() { City = "Arica" }, Labels = { new() { Name = "a" }, new() { Name = "b" } } };
            db.Add(note);
            await db.SaveChangesAsync(Token);
            return note;
        });

        await host.InAsync(host.Smith, async db =>
        {
            var loaded = await db.Notes.Include(n => n.Labels).Include(n => n.AnswerTo).Include(n => n.Notebook).AsSplitQuery().SingleAsync(n => n.Id == answer.Id, Token);
            loaded.Labels.Select(label => label.Name).ShouldBe(["a", "b"], ignoreOrder: true);
            loaded.AnswerTo!.Text.ShouldBe("question");
            loaded.Place!.City.ShouldBe("Arica");
            loaded.AnswerTo = null;
            loaded.Labels.RemoveAt(0);
            await db.SaveChangesAsync(Token);
        });
        await host.InAsync(host.Smith, async db =>
        {
            db.Remove(await db.Notebooks.Include(notebook => notebook.Notes).SingleAsync(Token));
            await db.SaveChangesAsync(Token);
        });

        (await host.InAsync(host.Smith, db => db.Notes.CountAsync(Token))).ShouldBe(0);
        (await host.InAsync(host.Smith, db => db.Labels.CountAsync(Token))).ShouldBe(2);
    }

    [Fact]
    public async Task A_principal_whose_optional_dependents_are_loaded_is_deleted_once_they_are_cleared()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var question = await host.WriteNoteAsync(host.Smith, "question");
        await host.InAsync(host.Smith, db =>
        {
            db.Add(new Note { Text = "answer", NotebookId = question.NotebookId, AnswerToId = question.Id });
            return db.SaveChangesAsync(Token);
        });

        await host.InAsync(host.Smith, async db =>
        {
            var notes = await db.Notes.ToListAsync(Token);
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await db.Notes.Where(note => note.AnswerToId == question.Id).ExecuteUpdateAsync(set => set.SetProperty(note => note.AnswerToId, (NoteId?)null), Token);
            db.Remove(notes.Single(note => note.Text == "question"));
            await db.SaveChangesAsync(Token);
            await transaction.CommitAsync(Token);
        });

        (await host.InAsync(host.Smith, db => db.Notes.Select(note => note.Text).ToListAsync(Token))).ShouldBe(["answer"]);
    }

    [Fact]
    public async Task Ids_that_are_left_unset_are_version_7()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var notebook = new Notebook { Id = default, Title = "t" };
        var note = new Note { Id = default, Text = "n", Notebook = notebook };

        await host.InAsync(host.Smith, db =>
        {
            db.Add(note);
            return db.SaveChangesAsync(Token);
        });

        notebook.Id.Version.ShouldBe(7);
        note.Id.Value.Version.ShouldBe(7);
    }

    [Fact]
    public async Task A_home_that_is_fenced_takes_no_writes()
    {
        await using var host = await NotesHost.StartAsync(postgres, clock: new SwiftTimeProvider(1000));
        var note = await host.WriteNoteAsync(host.Smith);
        await host.ChangeHomeAsync(host.Smith, "state = 'closed'");

        var refused = await Should.ThrowAsync<HomeNotWritableException>(host.WriteNoteAsync(host.Smith));
        await Should.ThrowAsync<HomeNotWritableException>(host.InAsync(host.Smith, db => db.Notes.ExecuteDeleteAsync(Token)));
        await Should.ThrowAsync<HomeNotWritableException>(host.InAsync(host.Smith, db => db.Labels.BulkInsertAsync([new() { Name = "x" }], Token)));
        Should.Throw<HomeNotWritableException>(() => host.InAsync(host.Smith, db =>
        {
            db.Remove(new Note { Id = note.Id, Text = "" });
            return Task.FromResult(db.SaveChanges());
        }).GetAwaiter().GetResult());

        refused.TenantId.ShouldBe(host.Smith.Id);
        refused.Generation.ShouldBe(1);
        await host.WriteNoteAsync(host.Harbor);
        (await host.InAsync(host.Smith, db => db.Notes.CountAsync(Token))).ShouldBe(1);
    }

    [Fact]
    public async Task A_home_of_a_later_generation_and_a_tenant_without_a_home_take_no_writes()
    {
        await using var host = await NotesHost.StartAsync(postgres, clock: new SwiftTimeProvider(1000));
        await host.ChangeHomeAsync(host.Smith, "generation = 2");
        await NotesHost.ExecuteAsync(host.Connections.Mover!, $"BEGIN; CALL tenancy.bind('{host.Harbor.Id}', 1); DELETE FROM tenancy.homes; COMMIT");

        await Should.ThrowAsync<HomeNotWritableException>(host.WriteNoteAsync(host.Smith));
        await Should.ThrowAsync<HomeNotWritableException>(host.WriteNoteAsync(host.Harbor));
    }

    [Fact]
    public async Task A_scope_without_a_tenant_gives_no_rows_but_the_place_that_asked()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NotesDb>();

        (await Should.ThrowAsync<TenantNotBoundException>(db.Notes.ToListAsync(Token))).Message.ShouldContain(nameof(TenantDbContextTests));
        Should.Throw<TenantNotBoundException>(() => db.Add(new Notebook { Title = "x" }));
        await Should.ThrowAsync<TenantNotBoundException>(db.Database.ExecuteSqlRawAsync("SELECT 1", Token));
    }

    [Fact]
    public async Task A_context_that_outlives_its_scope_is_of_no_use()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var kept = await host.InAsync(host.Smith, Task.FromResult);

        await Should.ThrowAsync<ObjectDisposedException>(() => kept.Notes.ToListAsync(Token));
    }

    [Fact]
    public void A_pooled_context_is_refused()
    {
        var services = new ServiceCollection().AddDbContextPool<NotesDb>(options => options.UseNpgsql()).BuildServiceProvider();
        using var scope = services.CreateScope();

        Should.Throw<InvalidOperationException>(() => scope.ServiceProvider.GetRequiredService<NotesDb>()).Message.ShouldContain("cannot be pooled");
    }
}
