using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Bulk;

public sealed class BulkInsertTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Every_value_arrives_and_the_rows_are_the_tenants_own()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var notebook = new Notebook { Title = "bulk" };
        await NotesHost.ExecuteAsync(host.Connections.Platform, "INSERT INTO atlas.countries (code, name) VALUES ('cl', 'Chile')");
        var first = new Note { Text = "first", NotebookId = notebook.Id, WrittenOn = new(2026, 1, 31), Revision = 7, CountryCode = "cl", Place = new() { City = "Arica", HouseNumber = 4 } };
        var second = new Note { Text = "second, it's \"quoted\"", NotebookId = notebook.Id, AnswerToId = first.Id };

        await host.InAsync(host.Smith, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            (await db.Notebooks.BulkInsertAsync([notebook])).ShouldBe(1);
            (await db.Notes.BulkInsertAsync([first, second])).ShouldBe(2);
            await transaction.CommitAsync();
        });

        var notes = await host.InAsync(host.Smith, db => db.Notes.AsNoTracking().OrderBy(note => note.Text).ToListAsync());
        notes[0].ShouldBeEquivalentTo(first);
        notes[1].ShouldBeEquivalentTo(second);
        (await host.InAsync(host.Harbor, db => db.Notes.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task Rows_beyond_one_statement_go_in_together_or_not_at_all()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var notebook = (await host.WriteNoteAsync(host.Smith)).NotebookId;
        IEnumerable<Note> Many(int count) => Enumerable.Range(0, count).Select(i => new Note { Text = $"note {i}", NotebookId = notebook });
        var twice = Many(1).ToList();

        await Should.ThrowAsync<DbUpdateException>(host.InAsync(host.Smith, db => db.Notes.BulkInsertAsync(Many(12_000).Concat(twice).Concat(twice))));
        (await host.InAsync(host.Smith, db => db.Notes.CountAsync())).ShouldBe(1);

        (await host.InAsync(host.Smith, db => db.Notes.BulkInsertAsync(Many(12_000)))).ShouldBe(12_000);
        (await host.InAsync(host.Smith, db => db.Notes.CountAsync())).ShouldBe(12_001);
    }

    [Fact]
    public async Task Ids_are_made_where_none_is_set_and_identity_columns_count_on()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var notebook = (await host.WriteNoteAsync(host.Smith)).NotebookId;
        var note = new Note { Id = default, Text = "without an id", NotebookId = notebook };

        await host.InAsync(host.Smith, db => db.Notes.BulkInsertAsync([note]));
        await host.InAsync(host.Smith, db => db.Labels.BulkInsertAsync([new() { Name = "a" }, new() { Name = "b" }]));

        note.Id.Value.Version.ShouldBe(7);
        (await host.InAsync(host.Smith, async db => await db.Notes.FindAsync(note.Id))).ShouldNotBeNull();
        (await host.InAsync(host.Smith, db => db.Labels.Select(label => label.Id).Distinct().CountAsync())).ShouldBe(2);
    }

    [Fact]
    public async Task A_reference_to_another_tenants_row_is_refused()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var notebook = (await host.WriteNoteAsync(host.Smith)).NotebookId;

        var refused = await Should.ThrowAsync<DbUpdateException>(host.InAsync(host.Harbor, db => db.Notes.BulkInsertAsync([new() { Text = "mine?", NotebookId = notebook }])));

        ((PostgresException)refused.InnerException!).SqlState.ShouldBe(PostgresErrorCodes.ForeignKeyViolation);
    }

    [Fact]
    public async Task Shared_reference_data_is_not_written()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await Should.ThrowAsync<InvalidOperationException>(host.InAsync(host.Smith, db => db.Countries.BulkInsertAsync([new() { Code = "xx", Name = "Nowhere" }])));
    }
}
