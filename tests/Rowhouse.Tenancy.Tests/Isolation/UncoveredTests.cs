using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Tests.Notes;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>
/// What isolation does not cover, so that nobody believes more than is so: each is in docs/isolation.md. All of it takes SQL
/// that a product cannot write; most of it ends at the walls of a home of one's own.
/// </summary>
[Collection<AttackMatrix>]
public sealed class UncoveredTests(AttackServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [EveryWay("SET LOCAL rowhouse.tenant = '{0}'")]
    [EveryWay("CALL tenancy.bind('{0}', 1)")]
    [EveryWay("SELECT FROM pg_class WHERE set_config('rowhouse.tenant', '{0}', true) = ''")]
    [EveryWay("DO $$ BEGIN PERFORM set_config('rowhouse.tenant', '{0}', true); END $$")]
    public async Task Sql_can_bind_another_tenant_of_its_database(Way way, string binding)
    {
        var ground = await server.OnAsync(way);
        var sql = $"{string.Format(CultureInfo.InvariantCulture, binding, ground.Victim.Id)}; SELECT text FROM notes.notes";

        await ReachesAsync(ground, () => ground.SqlAsync(sql));
        await ReachesAsync(ground, () => ground.UnboundAsync($"BEGIN; {sql}; COMMIT"));
        await ReachesAsync(ground, () => ground.AttackAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await db.Database.ExecuteSqlRawAsync(sql, Token);
            return await db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token);
        }));
    }

    [Theory, EveryWay]
    public async Task A_tenant_that_is_set_for_a_session_is_found_by_a_command_that_binds_none(Way way)
    {
        var ground = await server.OnAsync(way);
        var sql = $"SET rowhouse.tenant = '{ground.Victim.Id}'";
        try
        {
            await ground.Host.InAsync(ground.Attacker, db => db.Database.ExecuteSqlRawAsync(sql, Token));

            await ReachesAsync(ground, () => ground.UnboundAsync("SELECT text FROM notes.notes"));
        }
        finally
        {
            await AttackGround.ExecuteAsync(ground.Source, "RESET rowhouse.tenant");
        }
    }

    [Theory, EveryWay]
    public async Task A_cursor_that_outlives_its_transaction_is_found_on_the_pools_connection(Way way)
    {
        var ground = await server.OnAsync(way);
        await ground.Host.InAsync(ground.Host.Smith, db => db.Database.ExecuteSqlRawAsync("DECLARE theirs CURSOR WITH HOLD FOR SELECT text FROM notes.notes", Token));
        try
        {
            await ReachesAsync(ground, () => ground.UnboundAsync("FETCH ALL FROM theirs"));
        }
        finally
        {
            await AttackGround.ExecuteAsync(ground.Source, "CLOSE theirs");
        }
    }

    [Theory, EveryWay]
    public async Task The_lock_of_a_tenant_can_be_taken_and_holds_up_its_writers(Way way)
    {
        var ground = await server.OnAsync(way);
        await using var attacker = new NpgsqlConnection(ground.Spare);
        await attacker.OpenAsync(Token);

        await HoldsUpAsync(ground, attacker, $"SELECT pg_advisory_xact_lock(hashtextextended('{ground.Victim.Id}', 7306))", ground.IsOneDatabase);
    }

    [Theory, EveryWay]
    public async Task A_table_can_be_locked_and_holds_up_everybody_in_the_database(Way way)
    {
        var ground = await server.OnAsync(way);
        await using var attacker = new NpgsqlConnection(ground.Spare);
        await attacker.OpenAsync(Token);

        await HoldsUpAsync(ground, attacker, "LOCK TABLE notes.labels IN EXCLUSIVE MODE", ground.IsOneDatabase);
    }

    [Theory, EveryWay]
    public async Task A_session_of_the_same_login_can_be_ended(Way way)
    {
        var ground = await server.OnAsync(way);
        await using var other = new NpgsqlConnection(ground.IsOneDatabase ? ground.Spare : ground.VictimsHost.Connections.Application + ";Pooling=false");
        await other.OpenAsync(Token);
        var pid = await AttackGround.ReadAsync(other, "SELECT pg_backend_pid()");

        var outcome = await ground.SqlAsync($"SELECT pg_terminate_backend({pid})");

        if (ground.IsOneDatabase)
        {
            outcome.Thrown.ShouldBeNull();
        }
        else
        {
            outcome.ShouldBeRefused("42501");
        }
    }

    [Theory, EveryWay]
    public async Task How_many_rows_all_tenants_of_a_database_have_is_told(Way way)
    {
        var ground = await server.OnAsync(way);

        // The victim's 21, and with them what ANALYZE saw of others; in another database nothing of the victim's.
        var counted = await ground.SqlAsync("SELECT reltuples::bigint FROM pg_class WHERE oid = 'notes.notes'::regclass");

        (int.Parse(counted.Given, CultureInfo.InvariantCulture) >= 21).ShouldBe(ground.IsOneDatabase);
    }

    [Theory, EveryWay]
    public async Task A_plan_tells_whether_a_value_that_can_be_guessed_is_frequent(Way way)
    {
        var ground = await server.OnAsync(way);

        await AttackGround.ExecuteAsync(ground.Superuser, ground.AtHome ? $"""
            SET session_replication_role = replica;
            INSERT INTO notes.notes (tenant_id, id, text, written_on, revision, notebook_id) SELECT '{ground.Attacker.Id}', gen_random_uuid(), 'own', now(), 0, '{ground.OwnNotebook}' FROM generate_series(1, 200);
            ANALYZE notes.notes
            """ : "");
        try
        {
            var (guessed, nobodys) = (await EstimateAsync(ground.Rows.Secret), await EstimateAsync("nobodys"));

            // An estimate of the own rows with a value is the own share times that of the value among all tenants.
            (guessed != nobodys).ShouldBe(ground.AtHome && ground.IsOneDatabase, $"{guessed} {nobodys}");
        }
        finally
        {
            await ground.ResetAsync();
            await AttackGround.ExecuteAsync(ground.Superuser, "ANALYZE notes.notes");
        }

        Task<string> EstimateAsync(string value) => AttackGround.ExecuteAsync(
            ground.Source, $"BEGIN; {AttackGround.Bind(ground.Attacker)}; DO $$ DECLARE plan json; BEGIN EXECUTE 'EXPLAIN (FORMAT JSON) SELECT FROM notes.notes WHERE text = ''{value}''' INTO plan; PERFORM set_config('loot.rows', plan -> 0 -> 'Plan' ->> 'Plan Rows', true); END $$; SELECT current_setting('loot.rows'); COMMIT");
    }

    [Theory]
    [InlineData(Way.Shared)]
    [InlineData(Way.SharedThroughPooler)]
    [InlineData(Way.AttackersHome)]
    [InlineData(Way.AttackersHomeThroughPooler)]
    public async Task An_identity_column_counts_for_all_tenants_of_a_database(Way way)
    {
        var ground = await server.OnAsync(way);
        var before = await NextAsync();
        await ground.VictimsHost.InAsync(ground.Victim, async db =>
        {
            var label = new Label { Name = "theirs" };
            db.Add(label);
            await db.SaveChangesAsync(Token);
            db.Remove(label);
            await db.SaveChangesAsync(Token);
        });

        (await NextAsync() - before).ShouldBe(ground.IsOneDatabase ? 2 : 1);

        Task<long> NextAsync() => ground.Host.InAsync(ground.Attacker, async db =>
        {
            var label = new Label { Name = "own" };
            db.Add(label);
            await db.SaveChangesAsync(Token);
            return label.Id;
        });
    }

    [Theory, EveryWay]
    public async Task Statements_that_were_counted_name_the_tenants_that_were_bound_behind_a_pooler(Way way)
    {
        var ground = await server.OnAsync(way);
        if (!server.CountsStatements)
        {
            Assert.Skip("pg_stat_statements is not among the server's extensions.");
        }

        await AttackGround.ExecuteAsync(ground.Superuser, "CREATE EXTENSION pg_stat_statements SCHEMA public; SELECT public.pg_stat_statements_reset()");
        try
        {
            await ground.VictimsHost.InAsync(ground.Victim, db => db.Notes.CountAsync(Token));

            var counted = await ground.SqlAsync("SELECT query FROM public.pg_stat_statements");

            counted.Given.Contains($"{ground.Victim.Id}", StringComparison.Ordinal).ShouldBe(ground.IsOneDatabase && ground.Host.Connections.ThroughPooler);
        }
        finally
        {
            await AttackGround.ExecuteAsync(ground.Superuser, "DROP EXTENSION pg_stat_statements");
        }
    }

    [Theory, EveryWay]
    public async Task Large_objects_and_notices_have_no_policy_and_belong_to_the_login(Way way)
    {
        var ground = await server.OnAsync(way);

        var kept = (await ground.SqlAsync("SELECT lo_from_bytea(0, 'own')")).Given;
        (await ground.UnboundAsync($"SELECT convert_from(lo_get({kept}), 'UTF8')")).ShouldGive("own");
        (await ground.UnboundAsync($"SELECT lo_unlink({kept})")).ShouldGive("1");
        (await ground.UnboundAsync("LISTEN anything; UNLISTEN *")).ShouldGiveNothing();
    }

    [Theory, EveryWay]
    public async Task A_login_can_change_its_own_password_and_what_its_sessions_begin_with(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.UnboundAsync("BEGIN; ALTER ROLE CURRENT_USER PASSWORD 'x'; ROLLBACK")).ShouldGiveNothing();
        (await ground.UnboundAsync("BEGIN; ALTER ROLE CURRENT_USER SET row_security = off; ROLLBACK")).ShouldGiveNothing();
    }

    [Theory, EveryWay]
    public async Task The_names_of_databases_and_logins_are_seen_by_all(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.SqlAsync("SELECT count(*) > 0 FROM pg_database WHERE datname <> current_database() AND datname <> 'postgres'")).ShouldGive("t");
        (await ground.SqlAsync("SELECT rolname FROM pg_roles WHERE rolname LIKE 'rowhouse_%'")).Given.ShouldContain("rowhouse_app");
    }

    // An attack that succeeds where attacker and victim are in one database, and gives nothing where they are not.
    private static async Task ReachesAsync(AttackGround ground, Func<Task<Outcome>> attackAsync)
    {
        if (ground.IsOneDatabase)
        {
            await Should.ThrowAsync<AttackSucceededException>(attackAsync());
        }
        else
        {
            (await attackAsync()).ShouldGiveNothing();
        }
    }

    private static async Task HoldsUpAsync(AttackGround ground, NpgsqlConnection attacker, string sql, bool holdsUp)
    {
        await AttackGround.ReadAsync(attacker, $"BEGIN; {sql}");
        var outcome = await ground.JudgeAsync(_ => ground.VictimsHost.InAsync(ground.Victim, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await db.Database.ExecuteSqlRawAsync("SET LOCAL lock_timeout = '100ms'", Token);
            await db.Labels.ExecuteUpdateAsync(set => set.SetProperty(label => label.Name, label => label.Name), Token);
            return "";
        }));
        await AttackGround.ReadAsync(attacker, "ROLLBACK");

        if (holdsUp)
        {
            outcome.ShouldBeRefused(PostgresErrorCodes.LockNotAvailable);
        }
        else
        {
            outcome.ShouldGiveNothing();
        }
    }
}
