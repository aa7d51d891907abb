using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Verification;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

/// <summary>Which rows a home notes as changed while it is capturing.</summary>
public sealed class CaptureTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_home_that_is_not_capturing_notes_nothing()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await host.WriteNoteAsync(host.Smith);

        (await ChangesAsync(host)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_row_that_is_written_is_noted_by_its_key_and_only_the_tenants_own()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var before = await host.WriteNoteAsync(host.Smith, "before");
        await host.ChangeHomeAsync(host.Smith, "capturing = true");

        var note = await host.WriteNoteAsync(host.Smith, "while");
        await host.InAsync(host.Smith, db => db.Notes.Where(n => n.Text == "before").ExecuteUpdateAsync(set => set.SetProperty(n => n.Revision, 2), Token));
        await host.InAsync(host.Smith, db => db.Notes.Where(n => n.Text == "while").ExecuteDeleteAsync(Token));
        await host.InAsync(host.Smith, db => db.Labels.BulkInsertAsync([new() { Name = "a" }, new() { Name = "b" }], Token));
        await host.WriteNoteAsync(host.Harbor, "elsewhere");

        (await ChangesAsync(host)).ShouldBe(
            [
                $"{host.Smith.Id} \"notes\".\"notebooks\" {{{note.NotebookId}}}", $"{host.Smith.Id} \"notes\".\"notes\" {{{note.Id.Value}}}",
                $"{host.Smith.Id} \"notes\".\"notes\" {{{before.Id.Value}}}", $"{host.Smith.Id} \"notes\".\"notes\" {{{note.Id.Value}}}",
                $"{host.Smith.Id} \"notes\".\"labels\" {{1}}", $"{host.Smith.Id} \"notes\".\"labels\" {{2}}",
            ],
            ignoreOrder: true);

        await host.ChangeHomeAsync(host.Smith, "capturing = false");
        await host.WriteNoteAsync(host.Smith, "after");
        (await ChangesAsync(host)).Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_key_that_changes_is_noted_as_it_was_and_as_it_is()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.InAsync(host.Smith, db => db.Labels.BulkInsertAsync([new() { Name = "a" }], Token));
        await host.ChangeHomeAsync(host.Smith, "capturing = true");

        await host.InAsync(host.Smith, db => db.Database.ExecuteSqlRawAsync("SET LOCAL datestyle = 'German'; UPDATE notes.labels SET id = 7", Token));

        (await ChangesAsync(host)).ShouldBe([$"{host.Smith.Id} \"notes\".\"labels\" {{1}}", $"{host.Smith.Id} \"notes\".\"labels\" {{7}}"], ignoreOrder: true);
    }

    [Fact]
    public async Task Both_halves_of_a_key_of_several_columns_are_noted_and_what_is_deleted_by_a_cascade_too()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var note = await host.InAsync(host.Smith, async db =>
        {
            var made = new Note { Text = "n", Notebook = new() { Title = "t" }, Labels = { new() { Name = "l" } } };
            db.Add(made);
            await db.SaveChangesAsync(Token);
            return made;
        });
        await host.ChangeHomeAsync(host.Smith, "capturing = true");

        await host.InAsync(host.Smith, db => db.Notebooks.ExecuteDeleteAsync(Token));

        (await ChangesAsync(host)).ShouldBe(
            [$"{host.Smith.Id} \"notes\".\"notebooks\" {{{note.NotebookId}}}", $"{host.Smith.Id} \"notes\".\"notes\" {{{note.Id.Value}}}", $"{host.Smith.Id} \"notes\".\"label_note\" {{1,{note.Id.Value}}}"],
            ignoreOrder: true);
    }

    [Fact]
    public async Task What_is_undone_is_not_noted()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.ChangeHomeAsync(host.Smith, "capturing = true");

        await Should.ThrowAsync<InvalidOperationException>(host.InAsync(host.Smith, db => db.InTransactionAsync<int>(
            async cancelled =>
            {
                await db.Labels.BulkInsertAsync([new() { Name = "a" }], cancelled);
                throw new InvalidOperationException();
            },
            Token)));

        (await ChangesAsync(host)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_table_whose_name_is_too_long_for_a_functions_is_guarded_like_any_other()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var name = new string('n', 60);
        IReadOnlyList<GuardedTable> tables = [new("notes", name, IsShared: false, Key: ["id"])];
        await NotesHost.ExecuteAsync(host.Connections.Owner!, $"CREATE TABLE notes.{name} (tenant_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id))");
        await using var owner = new NpgsqlConnection(host.Connections.Owner + ";Pooling=false");
        await owner.OpenAsync(Token);
        await using var transaction = await owner.BeginTransactionAsync(Token);

        await GuardWriter.WriteAsync(owner, host.Connections.Roles, tables, Token);

        var live = await LiveDatabase.ReadAsync(owner, host.Connections.Roles, ["notes"], Token);
        new TableRules(tables, live).Check().ShouldBeEmpty();
    }

    /// <summary>What was noted, as the owner sees it.</summary>
    private static async Task<IReadOnlyList<string>> ChangesAsync(NotesHost host) =>
        await NotesHost.ScalarAsync<string[]>(host.Connections.Owner!, "SELECT array_agg(tenant_id || ' ' || relation || ' ' || key::text) FROM tenancy.changes") ?? [];
}
