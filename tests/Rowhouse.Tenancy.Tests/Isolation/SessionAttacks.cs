using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>
/// What one tenant leaves on the single connection of a pool, and what a binding is worth after savepoints, failures and
/// transactions that end half-way. What is left by SQL that ends no transaction is among <see cref="UncoveredTests"/>.
/// </summary>
[Collection<AttackMatrix>]
public sealed class SessionAttacks(AttackServer server)
{
    private const int VictimsNotes = 21;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EveryWay]
    public async Task A_tenant_that_is_set_for_a_session_is_overruled_by_the_next_binding(Way way)
    {
        var ground = await server.OnAsync(way);
        try
        {
            await SetAsync(ground, ground.Attacker);
            await VictimReadsAsync(ground);

            await SetAsync(ground, ground.Victim);
            (await ground.AttackAsync(db => db.Notes.Select(note => note.Text).ToListAsync(Token))).ShouldGiveOwn("[\"own\"]");
            (await ground.AttackAsync(db => db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token))).ShouldGiveOwn("[\"own\"]");
            (await ground.AttackAsync(db => db.Database.ExecuteSqlRawAsync("DELETE FROM notes.notes WHERE text <> 'own'", Token))).ShouldWriteNothing();
            (await ground.SqlAsync("SELECT text FROM notes.notes")).ShouldGiveOwn("own");
        }
        finally
        {
            await LeaveAsync(ground, "RESET rowhouse.tenant; RESET rowhouse.generation");
        }

        static Task<string> SetAsync(AttackGround ground, Tenant tenant) => LeaveAsync(ground, $"SET rowhouse.tenant = '{tenant.Id}'; SET rowhouse.generation = '1'");
    }

    [Theory]
    [EveryWay("RESET ALL")]
    [EveryWay("RESET rowhouse.tenant")]
    [EveryWay("SET LOCAL rowhouse.tenant = ''")]
    [EveryWay("SET LOCAL rowhouse.tenant TO DEFAULT")]
    [EveryWay("SELECT set_config('rowhouse.tenant', NULL, true)")]
    [EveryWay("ROLLBACK; BEGIN")]
    [EveryWay("COMMIT AND CHAIN")]
    public async Task A_statement_that_drops_the_binding_leaves_nothing_to_read_or_write(Way way, string sql)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await db.Database.ExecuteSqlRawAsync(sql, Token);
            return await db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token);
        })).ShouldGiveNothing();
        (await ground.AttackAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await db.Database.ExecuteSqlRawAsync(sql, Token);
            return await db.Database.ExecuteSqlRawAsync("DELETE FROM notes.notes", Token);
        })).ShouldBeRefused("42501");
        await VictimReadsAsync(ground);
    }

    [Theory]
    [EveryWay("COMMIT")]
    [EveryWay("ROLLBACK")]
    public async Task A_statement_that_ends_the_transaction_ends_what_may_be_done_in_it(Way way, string sql)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await db.Database.ExecuteSqlRawAsync(sql, Token);
            return await db.Notes.IgnoreQueryFilters().ToListAsync(Token);
        })).Thrown.ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("completed");
        await VictimReadsAsync(ground);
        await AttackerReadsAsync(ground);
    }

    [Theory, EveryWay]
    public async Task A_tenant_that_is_no_id_binds_nobody(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.SqlAsync("SET LOCAL rowhouse.tenant = '%'; SELECT text FROM notes.notes")).ShouldBeRefused("22P02");
        (await ground.SqlAsync("SET LOCAL rowhouse.tenant = '00000000-0000-0000-0000-000000000000'; SELECT text FROM notes.notes")).ShouldGiveNothing();
    }

    [Theory, EveryWay]
    public async Task A_savepoint_that_is_undone_takes_the_binding_with_it_and_leaves_none_instead(Way way)
    {
        var ground = await server.OnAsync(way);

        // By the API the next statement binds again; in SQL that the kernel does not see it cannot.
        (await ground.AttackAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await transaction.CreateSavepointAsync("before", Token);
            await db.Notes.CountAsync(Token);
            await transaction.RollbackToSavepointAsync("before", Token);
            return await db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token);
        })).ShouldGiveOwn("[\"own\"]");
        (await ground.AttackAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await transaction.CreateSavepointAsync("before", Token);
            await db.Notes.CountAsync(Token);
            await db.Database.ExecuteSqlRawAsync("ROLLBACK TO SAVEPOINT before", Token);
            return await db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token);
        })).ShouldGiveNothing();
    }

    [Theory, EveryWay]
    public async Task What_fails_leaves_the_next_tenant_its_own_rows(Way way)
    {
        var ground = await server.OnAsync(way);

        await Should.ThrowAsync<PostgresException>(ground.VictimsHost.InAsync(ground.Victim, db => db.Notes.Where(note => 1 / (note.Revision - 7) == 1).ToListAsync(Token)));
        await AttackerReadsAsync(ground);
        await Should.ThrowAsync<PostgresException>(ground.VictimsHost.InAsync(ground.Victim, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await db.Notes.CountAsync(Token);
            await db.Database.ExecuteSqlRawAsync("SELECT 1 / 0", Token);
        }));
        await AttackerReadsAsync(ground);
        (await ground.AttackAsync(db => db.Database.ExecuteSqlRawAsync("SELECT 1 / 0", Token))).ShouldBeRefused("22012");
        await VictimReadsAsync(ground);
    }

    [Theory, EveryWay]
    public async Task What_is_cancelled_leaves_the_next_tenant_its_own_rows(Way way)
    {
        var ground = await server.OnAsync(way);

        using var victims = new CancellationTokenSource();
        var sleeping = ground.VictimsHost.InAsync(ground.Victim, db => db.Database.ExecuteSqlRawAsync("SELECT text, pg_sleep(20) FROM notes.notes", victims.Token));
        await AsleepAsync(ground.VictimsSuperuser);
        await victims.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(sleeping);
        await AttackerReadsAsync(ground);

        using var attackers = new CancellationTokenSource();
        var attacking = ground.AttackAsync(db => db.Database.ExecuteSqlRawAsync("SELECT pg_sleep(20)", attackers.Token));
        await AsleepAsync(ground.Superuser);
        await attackers.CancelAsync();
        (await attacking).Thrown.ShouldBeAssignableTo<OperationCanceledException>();
        await VictimReadsAsync(ground);
    }

    /// <summary>Waits until the server is at the statement that is to be cancelled.</summary>
    private static async Task AsleepAsync(NpgsqlDataSource superuser)
    {
        while (await AttackGround.ExecuteAsync(superuser, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND wait_event = 'PgSleep'") == "0")
        {
            await Task.Delay(10, Token);
        }
    }

    [Theory, EveryWay]
    public async Task A_result_that_is_read_half_way_leaves_the_next_tenant_its_own_rows(Way way)
    {
        var ground = await server.OnAsync(way);

        await ground.VictimsHost.InAsync(ground.Victim, async db =>
        {
            await foreach (var text in db.Notes.Select(note => note.Text).AsAsyncEnumerable().WithCancellation(Token))
            {
                text.ShouldBe(ground.Rows.Secret);
                break;
            }
        });

        await AttackerReadsAsync(ground);
    }

    [Theory, EveryWay]
    public async Task A_cursor_ends_with_the_transaction_that_opened_it(Way way)
    {
        var ground = await server.OnAsync(way);

        await LeaveAsync(ground, $"BEGIN; {AttackGround.Bind(ground.Victim)}; DECLARE theirs CURSOR FOR SELECT text FROM notes.notes; COMMIT");

        (await ground.SqlAsync("FETCH ALL FROM theirs")).ShouldBeRefused("34000");
    }

    [Theory, EveryWay]
    public async Task A_statement_that_the_victim_prepared_is_run_for_whoever_runs_it(Way way)
    {
        var ground = await server.OnAsync(way);
        await LeaveAsync(ground, $"BEGIN; {AttackGround.Bind(ground.Victim)}; PREPARE theirs AS SELECT text FROM notes.notes; EXECUTE theirs; EXECUTE theirs; COMMIT");
        try
        {
            (await ground.SqlAsync("EXECUTE theirs")).ShouldGiveOwn("own");
            (await ground.UnboundAsync("EXECUTE theirs")).ShouldGiveNothing();
        }
        finally
        {
            await LeaveAsync(ground, "DEALLOCATE theirs");
        }
    }

    [Theory]
    [EveryWay("SET row_security = off", "RESET row_security")]
    [EveryWay("SET default_transaction_read_only = on", "RESET default_transaction_read_only")]
    [EveryWay("SET search_path = ''", "RESET search_path")]
    [EveryWay("SET ROLE rowhouse_tenant", "RESET ROLE")]
    [EveryWay("SET plan_cache_mode = force_generic_plan", "RESET plan_cache_mode")]
    [EveryWay("SET default_transaction_isolation = 'serializable'", "RESET default_transaction_isolation")]
    public async Task A_setting_that_is_left_on_a_connection_makes_the_next_fail_at_worst(Way way, string left, string undone)
    {
        var ground = await server.OnAsync(way);
        await LeaveAsync(ground, left);
        try
        {
            var outcome = await ground.AttackAsync(db => db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token));

            if (left.Contains("row_security", StringComparison.Ordinal))
            {
                outcome.ShouldBeRefused("42501");
            }
            else
            {
                outcome.ShouldGiveOwn("[\"own\"]");
            }
        }
        finally
        {
            await LeaveAsync(ground, undone);
        }

        await VictimReadsAsync(ground);
    }

    [Theory]
    [EveryWay("DISCARD ALL")]
    [EveryWay("DEALLOCATE ALL")]
    public async Task A_session_that_is_emptied_is_nobodys_and_serves_again(Way way, string sql)
    {
        var ground = await server.OnAsync(way);
        await AttackerReadsAsync(ground);
        await LeaveAsync(ground, sql);

        // The driver does not know that what it prepared is gone: one statement may fail for it.
        var first = await ground.AttackAsync(db => db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token));
        if (first.Thrown is not null)
        {
            first.ShouldBeRefused("26000");
        }

        (await ground.AttackAsync(db => db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token))).ShouldGiveOwn("[\"own\"]");
        await VictimReadsAsync(ground);
    }

    private static async Task AttackerReadsAsync(AttackGround ground)
    {
        (await ground.AttackAsync(db => db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(Token))).ShouldGiveOwn("[\"own\"]");
        (await ground.UnboundAsync("SELECT text FROM notes.notes")).ShouldGiveNothing();
    }

    private static Task VictimReadsAsync(AttackGround ground) => ground.VictimsHost.InAsync(ground.Victim, async db =>
        (await db.Notes.IgnoreQueryFilters().Where(note => note.Text == ground.Rows.Secret).CountAsync(Token)).ShouldBe(VictimsNotes));

    /// <summary>Runs statements on the pool's connection in SQL that the kernel does not see, and leaves there what they leave.</summary>
    private static Task<string> LeaveAsync(AttackGround ground, string sql) => AttackGround.ExecuteAsync(ground.Source, sql);
}
