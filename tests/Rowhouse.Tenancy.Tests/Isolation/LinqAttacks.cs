using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>What code with a context tries, by every way that EF Core has to read, and to write past the change tracker.</summary>
[Collection<AttackMatrix>]
public sealed class LinqAttacks(AttackServer server)
{
    private const string Own = "[\"own\"]";

    private static readonly Func<NotesDb, IAsyncEnumerable<string>> Compiled = EF.CompileAsyncQuery((NotesDb db) => db.Notes.IgnoreQueryFilters().Select(note => note.Text));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EveryWay]
    public async Task A_query_reads_own_rows_only(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db => db.Notes.Select(note => note.Text).ToListAsync(Token))).ShouldGiveOwn(Own);
        (await ground.AttackAsync(db => db.Notes.Where(note => note.Id == ground.Rows.Note).ToListAsync(Token))).ShouldGiveNothing();
        (await ground.AttackAsync(db => db.Notebooks.Include(notebook => notebook.Notes).ThenInclude(note => note.Labels).Where(notebook => notebook.Title != "own").ToListAsync(Token))).ShouldGiveNothing();
        (await ground.AttackAsync(db => db.Set<Dictionary<string, object>>("LabelNote").ToListAsync(Token))).ShouldGiveNothing();
    }

    [Theory, EveryWay]
    public async Task Find_does_not_find_by_the_key_of_anothers_row(Way way)
    {
        var ground = await server.OnAsync(way);
        var note = ground.Rows.Note;

        (await ground.AttackAsync(async db => await db.Notes.FindAsync([note], Token))).ShouldGiveNothing();
        (await ground.AttackAsync(db => Task.FromResult(db.Notes.Find(note)))).ShouldGiveNothing();
        (await ground.AttackAsync(async db => await db.FindAsync(typeof(Note), [note], Token))).ShouldGiveNothing();
        (await ground.AttackAsync(async db => await db.Labels.FindAsync([ground.Rows.Label], Token))).ShouldGiveNothing();
        (await ground.AttackAsync(async db => await db.Notes.FindAsync([ground.Victim.Id, note], Token))).ShouldGiveNothing();
    }

    [Theory, EveryWay]
    public async Task A_stub_loads_nothing_of_anothers_row(Way way)
    {
        var ground = await server.OnAsync(way);
        var (note, notebook) = (ground.Rows.Note, ground.Rows.Notebook);

        (await ground.AttackAsync(async db =>
        {
            var entry = db.Attach(new Note { Id = note, Text = "", NotebookId = notebook, AnswerToId = note });
            await entry.Reference(n => n.Notebook).LoadAsync(Token);
            await entry.Collection(n => n.Labels).LoadAsync(Token);
            return (entry.Entity.Notebook, entry.Entity.Labels.Count) == (null, 0) ? null : entry.Entity;
        })).ShouldGiveNothing();
        (await ground.AttackAsync(async db => (await db.Attach(new Note { Id = note, Text = "" }).GetDatabaseValuesAsync(Token))?.ToObject())).ShouldGiveNothing();
        (await ground.AttackAsync(async db =>
        {
            var entry = db.Attach(new Note { Id = note, Text = "" });
            await entry.ReloadAsync(Token);
            return entry.Entity.Text;
        })).ShouldGive("");
    }

    [Theory, EveryWay]
    public async Task Ignored_query_filters_read_nothing_more(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db => db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token))).ShouldGiveOwn(Own);
        (await ground.AttackAsync(db => db.Notes.IgnoreQueryFilters(["tenant"]).Select(note => note.Text).ToListAsync(Token))).ShouldGiveOwn(Own);
        (await ground.AttackAsync(db => db.Notes.IgnoreQueryFilters().Where(note => EF.Property<TenantId>(note, "tenant_id") == ground.Victim.Id).ToListAsync(Token))).ShouldGiveNothing();
        (await ground.AttackAsync(db => db.Labels.IgnoreQueryFilters().CountAsync(label => label.Id == ground.Rows.Label, Token))).ShouldGiveNothing();
    }

    [Theory, EveryWay]
    public async Task A_query_that_was_compiled_or_prepared_for_the_victim_gives_the_attacker_its_own(Way way)
    {
        var ground = await server.OnAsync(way);
        for (var i = 0; i < 4; i++)
        {
            await ground.VictimsHost.InAsync(ground.Victim, async db => (await Compiled(db).ToListAsync(Token)).Count.ShouldBe(21));
        }

        (await ground.AttackAsync(async db => await Compiled(db).ToListAsync(Token))).ShouldGiveOwn(Own);
        (await ground.AttackAsync(async db => await Compiled(db).ToListAsync(Token))).ShouldGiveOwn(Own);
    }

    [Theory, EveryWay]
    public async Task Raw_queries_read_own_rows_only(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db => db.Notes.FromSqlRaw("SELECT * FROM notes.notes").Select(note => note.Text).ToListAsync(Token))).ShouldGiveOwn(Own);
        (await ground.AttackAsync(db => db.Notes.FromSqlRaw("SELECT * FROM notes.notes").IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token))).ShouldGiveOwn(Own);
        (await ground.AttackAsync(db => db.Notes.FromSqlRaw("SELECT * FROM notes.notes WHERE tenant_id = {0}", ground.Victim.Id.Value).IgnoreQueryFilters().ToListAsync(Token))).ShouldGiveNothing();
        (await ground.AttackAsync(db => db.Database.SqlQueryRaw<string>("SELECT text AS \"Value\" FROM notes.notes").ToListAsync(Token))).ShouldGiveOwn(Own);
        (await ground.AttackAsync(db => db.Database.SqlQuery<string>($"SELECT name AS \"Value\" FROM notes.labels WHERE id = {ground.Rows.Label}").ToListAsync(Token))).ShouldGiveNothing();
    }

    [Theory, EveryWay]
    public async Task Raw_statements_change_own_rows_only(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db => db.Database.ExecuteSqlRawAsync("UPDATE notes.notes SET text = 'taken' WHERE text <> 'own'", Token))).ShouldWriteNothing();
        (await ground.AttackAsync(db => db.Database.ExecuteSqlRawAsync("DELETE FROM notes.notebooks WHERE title <> 'own'", Token))).ShouldWriteNothing();
        (await ground.AttackAsync(db => db.Database.ExecuteSqlRawAsync("DELETE FROM notes.notes", Token))).ShouldGiveOwnWrite("1");
    }

    [Theory, EveryWay]
    public async Task A_command_on_the_contexts_own_connection_is_bound_to_nobody(Way way)
    {
        var ground = await server.OnAsync(way);

        foreach (var table in new[] { "notes.notes", "notes.notebooks", "notes.labels", "notes.label_note", "tenancy.homes" })
        {
            (await ScalarAsync($"SELECT count(*) FROM {table}")).ShouldGiveNothing();
        }

        (await ScalarAsync("UPDATE notes.notes SET text = 'taken' RETURNING text")).ShouldBeRefused("42501");
        (await ScalarAsync("DELETE FROM notes.notes")).ShouldBeRefused("42501");

        Task<Outcome> ScalarAsync(string sql) => ground.AttackAsync(async db =>
        {
            await db.Database.OpenConnectionAsync(Token);
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = sql;
            return await command.ExecuteScalarAsync(Token);
        });
    }

    [Theory, EveryWay]
    public async Task Bulk_updates_and_deletes_reach_nothing_of_others(Way way)
    {
        var ground = await server.OnAsync(way);
        var note = ground.Rows.Note;

        (await ground.AttackAsync(db => db.Notes.Where(n => n.Id == note).ExecuteDeleteAsync(Token))).ShouldWriteNothing();
        (await ground.AttackAsync(db => db.Notes.IgnoreQueryFilters().Where(n => n.Text != "own").ExecuteDeleteAsync(Token))).ShouldWriteNothing();
        (await ground.AttackAsync(db => db.Notes.IgnoreQueryFilters(["tenant"]).Where(n => n.Text != "own").ExecuteUpdateAsync(set => set.SetProperty(n => n.Text, "taken"), Token))).ShouldWriteNothing();
        (await ground.AttackAsync(db => db.Notebooks.IgnoreQueryFilters().Where(n => EF.Property<TenantId>(n, "tenant_id") == ground.Victim.Id).ExecuteDeleteAsync(Token))).ShouldWriteNothing();
    }

    [Theory, EveryWay]
    public async Task A_bulk_update_gives_no_row_away_and_takes_none(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db => db.Labels.ExecuteUpdateAsync(set => set.SetProperty(label => EF.Property<TenantId>(label, "tenant_id"), ground.Victim.Id), Token))).ShouldBeRefusedAtHome("42501");
        (await ground.AttackAsync(db => db.Notes.IgnoreQueryFilters().Where(note => note.Text != "own")
            .ExecuteUpdateAsync(set => set.SetProperty(note => EF.Property<TenantId>(note, "tenant_id"), ground.Attacker.Id), Token))).ShouldWriteNothing();
    }

    [Theory, EveryWay]
    public async Task A_bulk_insert_writes_to_the_own_tenant_and_refers_to_it_only(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db => db.Notes.BulkInsertAsync([new() { Id = ground.Rows.Note, Text = "taken", NotebookId = ground.OwnNotebook }], Token))).ShouldGiveOwnWrite("1");
        (await ground.AttackAsync(db => db.Notes.BulkInsertAsync([new() { Text = "child", NotebookId = ground.Rows.Notebook }], Token))).ShouldBeRefusedAtHome("23503");
    }
}
