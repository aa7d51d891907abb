using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>That the matrix can fail: with a guard taken away, the attack that it stops is reported as a success.</summary>
[Collection<AttackMatrix>]
public sealed class HarnessTests(AttackServer server)
{
    private const string Open = "ALTER TABLE notes.notes DISABLE ROW LEVEL SECURITY";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Holes => new()
    {
        { Open, "SELECT text FROM notes.notes", "the result told" },
        { Open, "UPDATE notes.notes SET text = 'taken'", "not what they were" },
        { Open, "DELETE FROM notes.notes WHERE text <> 'own'", "not what they were" },
        { Open, "INSERT INTO notes.notes SELECT '{victim}', gen_random_uuid(), 'x', now(), 0, NULL, NULL, NULL, '{notebook}'", "not what they were" },
        { Open, "UPDATE notes.notes SET tenant_id = '{attacker}', notebook_id = '{own}', answer_to_id = NULL WHERE answer_to_id IS NOT NULL", "not what they were" },
        { Open, "SELECT text::int FROM notes.notes WHERE text <> 'own'", "the error told" },
        { Open, "DO $$ BEGIN RAISE NOTICE '%', (SELECT min(text) FROM notes.notes); END $$", "the notices told" },
        { Open, "DO $$ BEGIN RAISE EXCEPTION 'x' USING DETAIL = (SELECT max(text) FROM notes.notes WHERE text <> 'own'); END $$", "the error told" },
        { Open, "DO $$ BEGIN RAISE EXCEPTION 'x' USING HINT = (SELECT max(text) FROM notes.notes WHERE text <> 'own'); END $$", "the error told" },
        { Open, "DO $$ BEGIN RAISE EXCEPTION 'x' USING CONSTRAINT = (SELECT max(text) FROM notes.notes WHERE text <> 'own'); END $$", "the error told" },
        { "ALTER POLICY tenant ON notes.notes USING (true)", "SELECT text FROM notes.notes", "the result told" },
        { "ALTER TABLE notes.notes OWNER TO rowhouse_app, NO FORCE ROW LEVEL SECURITY", "SELECT text FROM notes.notes", "the result told" },
        { "CREATE VIEW notes.loot AS SELECT * FROM notes.notes; GRANT SELECT ON notes.loot TO rowhouse_tenant", "SELECT text FROM notes.loot", "the result told" },
        { "CREATE MATERIALIZED VIEW notes.loot AS SELECT * FROM notes.notes; GRANT SELECT ON notes.loot TO rowhouse_tenant", "SELECT text FROM notes.loot", "the result told" },
        { "CREATE FUNCTION notes.loot() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT text FROM notes.notes'", "SELECT notes.loot()", "the result told" },
        { "GRANT TRUNCATE ON notes.labels, notes.label_note TO rowhouse_tenant", "TRUNCATE notes.labels, notes.label_note", "not what they were" },
        { "GRANT SELECT ON tenancy.homes TO rowhouse_tenant; ALTER TABLE tenancy.homes DISABLE ROW LEVEL SECURITY", "SELECT token FROM tenancy.homes", "the result told" },
        { "ALTER TABLE notes.notes DROP CONSTRAINT fk_notes_notebooks_tenant_id_notebook_id; ALTER TABLE notes.notebooks ADD UNIQUE (id); ALTER TABLE notes.notes ADD FOREIGN KEY (notebook_id) REFERENCES notes.notebooks (id) ON UPDATE CASCADE ON DELETE CASCADE; GRANT ALL ON notes.notebooks TO rowhouse_tenant; ALTER TABLE notes.notebooks DISABLE ROW LEVEL SECURITY", "DELETE FROM notes.notebooks WHERE title <> 'own'", "not what they were" },
    };

    [Theory]
    [MemberData(nameof(Holes))]
    public async Task An_attack_through_a_hole_is_reported(string hole, string attack, string how)
    {
        await using var ground = await server.MakeAsync(Way.Shared);
        var sql = attack.Replace("{victim}", $"{ground.Victim.Id}", StringComparison.Ordinal).Replace("{attacker}", $"{ground.Attacker.Id}", StringComparison.Ordinal)
            .Replace("{notebook}", $"{ground.Rows.Notebook}", StringComparison.Ordinal).Replace("{own}", $"{ground.OwnNotebook}", StringComparison.Ordinal);
        (await ground.SqlAsync("SELECT text FROM notes.notes")).ShouldGive("own");

        await AttackGround.ExecuteAsync(ground.Superuser, hole);

        (await Should.ThrowAsync<AttackSucceededException>(ground.SqlAsync(sql))).Message.ShouldContain(how);
    }

    [Fact]
    public async Task A_hole_in_the_victims_own_home_is_reported_too()
    {
        await using var ground = await server.MakeAsync(Way.VictimsHome);
        await AttackGround.ExecuteAsync(ground.Superuser, $"ALTER TABLE notes.notes DISABLE TRIGGER fence; {Open}");

        (await Should.ThrowAsync<AttackSucceededException>(ground.SqlAsync("UPDATE notes.notes SET text = 'taken'"))).Message.ShouldContain("not what they were");
    }

    [Fact]
    public async Task A_hole_behind_a_pooler_is_reported_too()
    {
        await using var ground = await server.MakeAsync(Way.SharedThroughPooler);
        await AttackGround.ExecuteAsync(ground.Superuser, Open);

        (await Should.ThrowAsync<AttackSucceededException>(ground.SqlAsync("SELECT text FROM notes.notes"))).Message.ShouldContain("the result told");
    }

    [Fact]
    public async Task An_attack_of_a_context_through_a_hole_is_reported()
    {
        await using var ground = await server.MakeAsync(Way.Shared);
        await AttackGround.ExecuteAsync(ground.Superuser, Open);

        await Should.ThrowAsync<AttackSucceededException>(ground.AttackAsync(db => db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token)));
        await Should.ThrowAsync<AttackSucceededException>(ground.AttackAsync(db => db.Database.SqlQueryRaw<string>("SELECT text AS \"Value\" FROM notes.notes").ToListAsync(Token)));
        await Should.ThrowAsync<AttackSucceededException>(ground.AttackAsync(db => db.Notes.IgnoreQueryFilters().ExecuteUpdateAsync(set => set.SetProperty(note => note.Text, "taken"), Token)));
    }

    [Fact]
    public async Task Without_policies_the_context_still_holds_what_goes_through_it()
    {
        await using var ground = await server.MakeAsync(Way.Shared);
        await AttackGround.ExecuteAsync(ground.Superuser, Open);
        Note Stub() => new() { Id = ground.Rows.Note, Text = "taken", NotebookId = ground.OwnNotebook, Revision = 7 };

        (await ground.AttackAsync(db => db.Notes.Select(note => note.Text).ToListAsync(Token))).ShouldGive("[\"own\"]");
        (await ground.AttackAsync(async db => await db.Notes.FindAsync([ground.Rows.Note], Token))).ShouldGiveNothing();
        (await ground.AttackAsync(db => db.Notes.Where(note => note.Id == ground.Rows.Note).ExecuteDeleteAsync(Token))).ShouldGive("0");
        (await ground.AttackAsync(db =>
        {
            db.Update(Stub());
            return db.SaveChangesAsync(Token);
        })).ShouldThrow<DbUpdateConcurrencyException>();
        (await ground.AttackAsync(db =>
        {
            db.Remove(Stub());
            return db.SaveChangesAsync(Token);
        })).ShouldThrow<DbUpdateConcurrencyException>();
        (await ground.AttackAsync(db =>
        {
            db.Add(Stub()).Property("tenant_id").CurrentValue = ground.Victim.Id;
            return db.SaveChangesAsync(Token);
        })).ShouldThrow<TenantMismatchException>();
    }

    [Fact]
    public async Task A_reference_and_a_key_that_leave_the_tenant_out_are_reported()
    {
        await using var ground = await server.MakeAsync(Way.Shared);
        await AttackGround.ExecuteAsync(ground.Superuser, """
            ALTER TABLE notes.notes DROP CONSTRAINT fk_notes_notebooks_tenant_id_notebook_id;
            ALTER TABLE notes.notebooks ADD CONSTRAINT uq_id UNIQUE (id), ADD CONSTRAINT uq_title UNIQUE (title);
            ALTER TABLE notes.notes ADD FOREIGN KEY (notebook_id) REFERENCES notes.notebooks (id);
            """);

        var child = await ground.AttackAsync(db => AddAsync(db, new Note { Text = "child", NotebookId = ground.Rows.Notebook }));
        var sameKey = await ground.AttackAsync(db => AddAsync(db, new Notebook { Id = ground.Rows.Notebook, Title = "x" }));
        var sameTitle = await ground.AttackAsync(db => AddAsync(db, new Notebook { Title = VictimsRows.Guessable }));

        Should.Throw<ShouldAssertException>(() => child.ShouldBeRefusedAtHome("23503"));
        Should.Throw<ShouldAssertException>(() => sameKey.ShouldGiveOwnWrite("1"));
        Should.Throw<ShouldAssertException>(() => sameTitle.ShouldGiveOwnWrite("1"));

        static Task<int> AddAsync(NotesDb db, object entity)
        {
            db.Add(entity);
            return db.SaveChangesAsync(Token);
        }
    }

    [Fact]
    public async Task A_secret_in_the_log_is_reported()
    {
        await using var ground = await server.MakeAsync(Way.Shared);

        var reported = await Should.ThrowAsync<AttackSucceededException>(ground.AttackAsync(_ =>
        {
            ground.Host.Services.GetRequiredService<ILogger<HarnessTests>>().Log(LogLevel.Trace, 0, ground.Rows.Secret, null, (text, _) => text);
            return Task.CompletedTask;
        }));

        reported.Message.ShouldContain("the log told");
    }
}
