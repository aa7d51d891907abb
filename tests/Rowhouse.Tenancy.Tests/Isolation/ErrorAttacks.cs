using Rowhouse.Tenancy.Tests.Notes;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>What is asked by making statements fail, dawdle or talk: row by row, before the policy has said whose it is, or in what an error says.</summary>
[Collection<AttackMatrix>]
public sealed class ErrorAttacks(AttackServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [EveryWay("WHERE 1 / (CASE WHEN text LIKE 'kept-%' THEN 0 ELSE 1 END) = 1")]
    [EveryWay("WHERE (CASE WHEN text LIKE 'kept-%' THEN text ELSE '1' END)::int = 1")]
    [EveryWay("WHERE CASE WHEN text LIKE 'kept-%' THEN text::uuid IS NULL ELSE true END")]
    [EveryWay("WHERE text ~ (CASE WHEN text LIKE 'kept-%' THEN '(' ELSE 'own' END)")]
    [EveryWay("WHERE CASE WHEN text LIKE 'kept-%' THEN text::xml IS NULL ELSE true END")]
    [EveryWay("WHERE CASE WHEN text LIKE 'kept-%' THEN query_to_xml(text, true, true, '') IS NULL ELSE true END")]
    [EveryWay("ORDER BY 1 / (CASE WHEN text LIKE 'kept-%' THEN 0 ELSE 1 END)")]
    [EveryWay("GROUP BY text HAVING 1 / (CASE WHEN text LIKE 'kept-%' THEN 0 ELSE 1 END) = 1")]
    [EveryWay("WHERE CASE WHEN text LIKE 'kept-%' THEN pg_sleep(10) IS NULL ELSE true END")]
    public async Task A_condition_that_would_give_itself_away_never_meets_rows_of_others(Way way, string condition)
    {
        var ground = await server.OnAsync(way);

        (await ground.SqlAsync($"SELECT text FROM notes.notes {condition}")).ShouldGiveOwn("own");
    }

    [Theory]
    [EveryWay("set_config('loot.text', text, true) <> ''", "SELECT current_setting('loot.text', true)")]
    [EveryWay("pg_notify('loot', text) IS NOT NULL", "SELECT 'own'")]
    [EveryWay("text = ANY (ARRAY[lo_from_bytea(0, text::bytea)::text])", "SELECT 'own'")]
    public async Task A_condition_that_keeps_what_it_meets_keeps_own_rows_only(Way way, string condition, string shows)
    {
        var ground = await server.OnAsync(way);

        var outcome = await ground.JudgeAsync(async told =>
        {
            await using var connection = await ground.Source.OpenConnectionAsync(Token);
            connection.Notification += (_, notice) => told.AppendLine(notice.Payload);
            await AttackGround.ReadAsync(connection, $"BEGIN; {AttackGround.Bind(ground.Attacker)}; LISTEN loot");
            var count = await AttackGround.ReadAsync(connection, $"SELECT count(*) FROM notes.notes WHERE NOT coalesce({condition}, false) AND text <> 'own'");
            var shown = await AttackGround.ReadAsync(connection, shows);
            const string mine = "FROM pg_largeobject_metadata WHERE lomowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)";
            var kept = await AttackGround.ReadAsync(connection, $"SELECT convert_from(lo_get(oid), 'UTF8') {mine}; COMMIT");
            await AttackGround.ReadAsync(connection, $"SELECT lo_unlink(oid) {mine}; UNLISTEN *");
            return $"{count} {shown} {kept} {told}";
        });

        outcome.Thrown.ShouldBeNull();
        outcome.Given.ShouldStartWith("0 ");
    }

    [Theory]
    [EveryWay("INSERT INTO notes.notebooks VALUES (current_setting('rowhouse.tenant')::uuid, gen_random_uuid(), NULL)", "23502")]
    [EveryWay("INSERT INTO notes.notebooks VALUES (NULL, gen_random_uuid(), 'x')", "42501")]
    [EveryWay("INSERT INTO notes.notebooks VALUES (current_setting('rowhouse.tenant')::uuid, gen_random_uuid(), 'own')", "23505")]
    [EveryWay("UPDATE notes.notes SET revision = 2147483647 + revision + 1", "22003")]
    [EveryWay("UPDATE notes.notes SET notebook_id = gen_random_uuid()", "23503")]
    [EveryWay("UPDATE notes.notes SET country_code = 'xx'", "23503")]
    public async Task An_error_quotes_no_row(Way way, string sql, string state)
    {
        var ground = await server.OnAsync(way);

        var outcome = await ground.SqlAsync(sql);

        outcome.ShouldBeRefusedAtHome(state);
        (outcome.Refusal?.Detail ?? "").ShouldNotContain("own");
    }

    [Theory, EveryWay]
    public async Task A_check_that_fails_quotes_no_row(Way way)
    {
        var ground = await server.OnAsync(way);
        await AttackGround.ExecuteAsync(ground.Superuser, "ALTER TABLE notes.labels ADD CONSTRAINT ck_name CHECK (name <> 'bad')");
        try
        {
            var outcome = await ground.SqlAsync("INSERT INTO notes.labels VALUES (current_setting('rowhouse.tenant')::uuid, 2, 'bad')");

            outcome.ShouldBeRefusedAtHome("23514");
            (ground.AtHome ? outcome.Refusal!.Detail : null).ShouldBeNull(); // refused
        }
        finally
        {
            await AttackGround.ExecuteAsync(ground.Superuser, "ALTER TABLE notes.labels DROP CONSTRAINT ck_name");
        }
    }

    [Theory, EveryWay]
    public async Task What_cannot_be_read_as_another_type_is_an_own_value(Way way)
    {
        var ground = await server.OnAsync(way);

        var outcome = await ground.SqlAsync("SELECT text::int FROM notes.notes");

        if (ground.AtHome)
        {
            outcome.ShouldBeRefused("22P02");
            outcome.Refusal!.MessageText.ShouldEndWith("\"own\""); // refused
        }
        else
        {
            outcome.ShouldGiveNothing();
        }
    }

    [Theory, EveryWay]
    public async Task A_failure_in_the_context_tells_the_attackers_own_entity(Way way)
    {
        var ground = await server.OnAsync(way);

        var outcome = await ground.AttackAsync(db =>
        {
            db.Add(new Notebook { Title = "own" });
            return db.SaveChangesAsync(Token);
        });

        outcome.ShouldBeRefusedAtHome("23505");
    }
}
