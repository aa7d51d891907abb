namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>What plain SQL tries with the attacker's tenant bound, or with none. That it can bind another one is in <see cref="UncoveredTests"/>.</summary>
[Collection<AttackMatrix>]
public sealed class SqlAttacks(AttackServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [EveryWay("notes.notes")]
    [EveryWay("notes.notebooks")]
    [EveryWay("notes.labels")]
    [EveryWay("notes.label_note")]
    public async Task Without_a_tenant_a_table_has_no_rows_and_takes_none(Way way, string table)
    {
        var ground = await server.OnAsync(way);

        (await ground.UnboundAsync($"SELECT * FROM {table}")).ShouldGiveNothing();
        (await ground.UnboundAsync($"SELECT * FROM {table} WHERE tenant_id = '{ground.Victim.Id}'")).ShouldGiveNothing();
        (await ground.UnboundAsync($"UPDATE {table} SET tenant_id = tenant_id")).ShouldBeRefused("42501");
        (await ground.UnboundAsync($"DELETE FROM {table}")).ShouldBeRefused("42501");
        (await ground.UnboundAsync($"INSERT INTO {table} SELECT * FROM {table}")).ShouldBeRefused("42501");
    }

    [Theory, EveryWay]
    public async Task Without_a_tenant_nothing_is_inserted_for_any(Way way)
    {
        var ground = await server.OnAsync(way);

        foreach (var tenant in new[] { ground.Victim, ground.Attacker })
        {
            (await ground.UnboundAsync($"INSERT INTO notes.notebooks VALUES ('{tenant.Id}', gen_random_uuid(), 'x')")).ShouldBeRefused("42501");
        }

        (await ground.UnboundAsync("SELECT count(*) FROM tenancy.homes")).ShouldGiveNothing();
    }

    [Theory]
    [EveryWay("SELECT text FROM notes.notes")]
    [EveryWay("SELECT id, name FROM notes.labels", "7000|own")]
    [EveryWay("SELECT tenant_id::text = current_setting('rowhouse.tenant'), state FROM tenancy.homes", "t|open")]
    [EveryWay("WITH n AS MATERIALIZED (SELECT * FROM notes.notes) SELECT text FROM n")]
    [EveryWay("SELECT text FROM notes.notebooks b RIGHT JOIN notes.notes n ON b.id = n.notebook_id")]
    [EveryWay("SELECT text FROM ONLY notes.notes")]
    [EveryWay("SELECT text FROM notes.notes TABLESAMPLE BERNOULLI (100)")]
    [EveryWay("SELECT (xpath('//text/text()', query_to_xml('SELECT text FROM notes.notes', false, false, '')))[1]")]
    [EveryWay("SELECT (xpath('//text/text()', table_to_xml('notes.notes', false, false, '')))[1]")]
    [EveryWay("SELECT (xpath('//text/text()', schema_to_xml('notes', false, false, '')))[1]")]
    [EveryWay("SELECT (xpath('//text/text()', database_to_xml(false, false, '')))[1]")]
    [EveryWay("UPDATE notes.notes SET revision = 1 RETURNING text", "own", true)]
    [EveryWay("WITH gone AS (DELETE FROM notes.notes RETURNING text) SELECT text FROM gone", "own", true)]
    [EveryWay("COPY (SELECT text FROM notes.notes) TO STDOUT")]
    [EveryWay("COPY notes.notes (text) TO STDOUT")]
    [EveryWay("COPY (UPDATE notes.notes SET revision = 1 RETURNING text) TO STDOUT", "own", true)]
    public async Task A_statement_gives_own_rows_only(Way way, string sql, string own = "own", bool writes = false)
    {
        var ground = await server.OnAsync(way);

        var outcome = sql.StartsWith("COPY", StringComparison.Ordinal) ? await CopyOutAsync(ground, sql) : await ground.SqlAsync(sql);

        if (writes)
        {
            outcome.ShouldGiveOwnWrite(own);
        }
        else
        {
            outcome.ShouldGiveOwn(own);
        }
    }

    [Theory]
    [EveryWay("UPDATE notes.notes SET text = 'taken' WHERE text <> 'own' RETURNING text")]
    [EveryWay("DELETE FROM notes.labels WHERE id = 7001 RETURNING name")]
    [EveryWay("UPDATE notes.notes SET text = 'taken' FROM notes.notebooks b WHERE b.title <> 'own' RETURNING notes.text")]
    [EveryWay("DELETE FROM notes.notes USING notes.notebooks b WHERE b.title <> 'own' RETURNING b.title")]
    public async Task A_write_that_is_aimed_at_others_rows_finds_none(Way way, string sql)
    {
        var ground = await server.OnAsync(way);

        (await ground.SqlAsync(sql)).ShouldWriteNothing();
    }

    [Theory, EveryWay]
    public async Task An_own_row_is_given_to_nobody(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.SqlAsync($"UPDATE notes.labels SET tenant_id = '{ground.Victim.Id}'")).ShouldBeRefusedAtHome("42501");
        (await ground.SqlAsync($"INSERT INTO notes.labels VALUES ('{ground.Victim.Id}', 7000, 'x')")).ShouldBeRefusedAtHome("42501");
        (await ground.SqlAsync($"INSERT INTO notes.labels SELECT '{ground.Victim.Id}', id, name FROM notes.labels")).ShouldBeRefusedAtHome("42501");
    }

    [Theory, EveryWay]
    public async Task Copying_in_is_refused_from_wherever(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.JudgeAsync(async _ =>
        {
            await using var connection = await ground.Source.OpenConnectionAsync(Token);
            await AttackGround.ReadAsync(connection, $"BEGIN; {AttackGround.Bind(ground.Attacker)}");
            await using var copy = await connection.BeginTextImportAsync("COPY notes.notebooks FROM STDIN", Token);
            await copy.WriteAsync($"{ground.Victim.Id}\t{ground.Rows.Notebook}\ttaken\n");
            return "copied";
        })).ShouldBeRefused("0A000");
        (await ground.SqlAsync("COPY notes.notebooks FROM '/etc/hostname'")).ShouldBeRefused("42501");
        (await ground.SqlAsync("COPY notes.notebooks FROM PROGRAM 'true'")).ShouldBeRefused("42501");
    }

    [Theory, EveryWay]
    public async Task Code_within_a_statement_has_the_rights_of_its_caller(Way way)
    {
        var ground = await server.OnAsync(way);

        var loud = await ground.JudgeAsync(async told =>
        {
            await using var connection = await ground.Source.OpenConnectionAsync(Token);
            connection.Notice += (_, notice) => told.AppendLine(notice.Notice.MessageText);
            await AttackGround.ReadAsync(connection, $"BEGIN; {AttackGround.Bind(ground.Attacker)}");
            await AttackGround.ReadAsync(connection, "DO $$ DECLARE r record; BEGIN FOR r IN SELECT text FROM notes.notes LOOP RAISE NOTICE '%', r.text; END LOOP; END $$; COMMIT");
            return told.ToString().Trim();
        });
        loud.ShouldGiveOwn("own");
        (await ground.SqlAsync("DO $$ BEGIN UPDATE notes.notes SET text = 'taken' WHERE text <> 'own'; END $$")).ShouldWriteNothing();
        (await ground.SqlAsync("DO $$ BEGIN TRUNCATE notes.notes; END $$")).ShouldBeRefused("42501");
        (await ground.SqlAsync("DO $$ BEGIN RAISE EXCEPTION '%', (SELECT string_agg(text, ',') FROM notes.notes); END $$")).ShouldBeRefused("P0001");
    }

    private static Task<Outcome> CopyOutAsync(AttackGround ground, string sql) => ground.JudgeAsync(async _ =>
    {
        await using var connection = await ground.Source.OpenConnectionAsync(Token);
        await AttackGround.ReadAsync(connection, $"BEGIN; {AttackGround.Bind(ground.Attacker)}");
        using var copy = await connection.BeginTextExportAsync(sql, Token);
        return (await copy.ReadToEndAsync(Token)).Trim();
    });
}
