using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Tests.Notes;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>What is tried with keys: references to others' rows, and answers that tell whether others have a row.</summary>
[Collection<AttackMatrix>]
public sealed partial class KeyAttacks(AttackServer server)
{
    private static readonly Guid Nobodys = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EveryWay]
    public async Task A_reference_to_anothers_row_is_refused_in_the_words_of_one_to_no_row(Way way)
    {
        var ground = await server.OnAsync(way);

        await AlikeAsync(ground, "23503", id => new Note { Text = "child", NotebookId = id }, ground.Rows.Notebook);
        await AlikeAsync(ground, "23503", id => new Note { Text = "answer", NotebookId = ground.OwnNotebook, AnswerToId = new(id) }, ground.Rows.Note.Value);
        await AlikeAsync(ground, "23503", id => $"INSERT INTO notes.label_note VALUES ('{ground.Attacker.Id}', 7000, '{id}')", ground.Rows.Note.Value);
        await AlikeAsync(ground, "23503", id => $"UPDATE notes.notes SET notebook_id = '{id}'", ground.Rows.Notebook);
    }

    [Theory, EveryWay]
    public async Task A_row_for_another_tenant_is_refused_in_the_same_words_whether_it_exists_or_not(Way way)
    {
        var ground = await server.OnAsync(way);
        var (victim, notebook) = (ground.Victim.Id, ground.Rows.Notebook);

        await AlikeAsync(ground, "42501", id => $"INSERT INTO notes.notebooks VALUES ('{victim}', '{id}', 'x')", notebook);
        await AlikeAsync(ground, "42501", id => $"INSERT INTO notes.notebooks VALUES ('{victim}', '{id}', 'x') ON CONFLICT DO NOTHING RETURNING id", notebook);
        await AlikeAsync(ground, "42501", id => $"INSERT INTO notes.notebooks VALUES ('{victim}', '{id}', 'x') ON CONFLICT (tenant_id, id) DO UPDATE SET title = 'taken' RETURNING title", notebook);
        await AlikeAsync(ground, "42501", id => $"INSERT INTO notes.notebooks VALUES ('{victim}', '{id}', '{VictimsRows.Guessable}') ON CONFLICT (tenant_id, title) DO UPDATE SET title = notes.notebooks.title || '!' RETURNING title", notebook);
        await AlikeAsync(ground, "42501", id => $"MERGE INTO notes.notebooks t USING (VALUES ('{victim}'::uuid, '{id}'::uuid)) s (tenant_id, id) ON t.tenant_id = s.tenant_id AND t.id = s.id WHEN MATCHED THEN UPDATE SET title = 'taken' WHEN NOT MATCHED THEN INSERT VALUES (s.tenant_id, s.id, 'x')", notebook);
    }

    [Theory, EveryWay]
    public async Task A_merge_matches_nothing_of_others(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.SqlAsync($"MERGE INTO notes.notes t USING (VALUES (1)) s ON t.text <> 'own' WHEN MATCHED THEN DELETE")).ShouldWriteNothing();
        (await ground.SqlAsync($"MERGE INTO notes.notes t USING (VALUES ('{ground.Rows.Note.Value}'::uuid)) s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET text = 'taken'")).ShouldWriteNothing();
    }

    [Theory, EveryWay]
    public async Task A_key_and_a_unique_value_of_the_victim_are_free_for_the_attacker(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db =>
        {
            db.AddRange(
                new Notebook { Id = ground.Rows.Notebook, Title = VictimsRows.Guessable },
                new Label { Id = ground.Rows.Label, Name = "own" },
                new Note { Id = ground.Rows.Note, Text = "own", NotebookId = ground.Rows.Notebook });
            return db.SaveChangesAsync(Token);
        })).ShouldGiveOwnWrite("3");
        (await ground.SqlAsync($"INSERT INTO notes.notebooks VALUES ('{ground.Attacker.Id}', '{ground.Rows.Notebook}', '{VictimsRows.Guessable}') ON CONFLICT (tenant_id, id) DO UPDATE SET title = 'mine' RETURNING title")).ShouldGiveOwnWrite("mine");

        // What hangs on the own row goes with it, and nothing that hangs on the row of the same id.
        (await ground.AttackAsync(db => db.Notebooks.Where(notebook => notebook.Id == ground.Rows.Notebook).ExecuteDeleteAsync(Token))).ShouldGiveOwnWrite("1");
    }

    [Theory, EveryWay]
    public async Task An_own_row_that_is_there_already_is_named_by_its_constraint_alone(Way way)
    {
        var ground = await server.OnAsync(way);

        var refused = await ground.SqlAsync($"INSERT INTO notes.notebooks VALUES ('{ground.Attacker.Id}', '{ground.OwnNotebook}', 'x')");

        refused.ShouldBeRefusedAtHome("23505");
        if (ground.AtHome)
        {
            refused.Refusal!.Detail.ShouldBeNull(); // refused at home
            refused.Refusal.ConstraintName.ShouldBe("pk_notebooks");
        }
    }

    [Theory, EveryWay]
    public async Task Rows_of_others_cannot_be_locked(Way way)
    {
        var ground = await server.OnAsync(way);

        foreach (var strength in new[] { "UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE" })
        {
            (await ground.SqlAsync($"SELECT text FROM notes.notes WHERE id = '{ground.Rows.Note.Value}' FOR {strength}")).ShouldGiveNothing();
        }
    }

    private static Task AlikeAsync(AttackGround ground, string state, Func<Guid, object> make, Guid victims) =>
        AlikeAsync(ground, state, id => ground.AttackAsync(db =>
        {
            db.Add(make(id));
            return db.SaveChangesAsync(Token);
        }), victims);

    private static Task AlikeAsync(AttackGround ground, string state, Func<Guid, string> sql, Guid victims) => AlikeAsync(ground, state, id => ground.SqlAsync(sql(id)), victims);

    // Whatever differs beside the id that was asked for would be an answer.
    private static async Task AlikeAsync(AttackGround ground, string state, Func<Guid, Task<Outcome>> attackAsync, Guid victims)
    {
        var there = await attackAsync(victims);
        var nowhere = await attackAsync(Nobodys);

        there.ShouldBeRefusedAtHome(state);
        nowhere.ShouldBeRefusedAtHome(state);
        Words(there).ShouldBe(Words(nowhere));
        ground.Rows.AreToldBy(Words(there)).ShouldBeFalse();
    }

    private static string Words(Outcome outcome) => outcome.Refusal is { } refused
        ? Id().Replace($"{refused.SqlState} {refused.MessageText} {refused.Detail} {refused.Hint} {refused.Where} {refused.ConstraintName} {refused.TableName} {refused.ColumnName}", "…")
        : "";

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.NonBacktracking)]
    private static partial Regex Id();
}
