using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>What the server's own records tell of others: statistics, sessions, locks, statements that were counted. How much there is of something they do tell: <see cref="UncoveredTests"/>.</summary>
[Collection<AttackMatrix>]
public sealed class CatalogueAttacks(AttackServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [EveryWay("SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE schemaname IN ('notes', 'tenancy')")]
    [EveryWay("SELECT s::text FROM pg_stats_ext s")]
    [EveryWay("SELECT s::text FROM pg_stats_ext_exprs s")]
    public async Task Statistics_of_columns_are_not_shown(Way way, string sql)
    {
        var ground = await server.OnAsync(way);

        (await ground.SqlAsync(sql)).ShouldGiveNothing();
        (await ground.UnboundAsync(sql)).ShouldGiveNothing();
    }

    [Theory]
    [EveryWay("SELECT stavalues1::text FROM pg_statistic")]
    [EveryWay("SELECT d::text FROM pg_statistic_ext_data d")]
    public async Task Nor_are_they_read_where_they_are_kept(Way way, string sql)
    {
        var ground = await server.OnAsync(way);

        (await ground.SqlAsync(sql)).ShouldBeRefused("42501");
    }

    [Theory]
    [EveryWay("SELECT a::text FROM pg_stat_activity a")]
    [EveryWay("SELECT pg_stat_get_activity(pid)::text FROM pg_stat_activity")]
    [EveryWay("SELECT pg_stat_get_backend_activity(id) FROM pg_stat_get_backend_idset() id")]
    [EveryWay("SELECT p::text FROM pg_prepared_statements p")]
    public async Task A_session_at_work_does_not_show_its_values(Way way, string sql)
    {
        var ground = await server.OnAsync(way);
        await using var spare = NpgsqlDataSource.Create(ground.Spare);

        await ground.VictimsHost.InAsync(ground.Victim, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            (await db.Notes.CountAsync(note => note.Text == ground.Rows.Secret, Token)).ShouldBe(21);
            (await ground.SqlAsync(spare, $"BEGIN; {AttackGround.Bind(ground.Attacker)}", sql, "COMMIT")).Thrown.ShouldBeNull();
        });
        (await ground.UnboundAsync(sql)).Thrown.ShouldBeNull();
    }

    [Theory, EveryWay]
    public async Task Of_a_session_of_another_role_nothing_is_shown(Way way)
    {
        var ground = await server.OnAsync(way);
        await using var owner = await ground.Superuser.OpenConnectionAsync(Token);
        await AttackGround.ReadAsync(owner, $"SELECT '{ground.Rows.Secret}'");

        (await ground.SqlAsync($"SELECT query FROM pg_stat_activity WHERE pid = {owner.ProcessID}")).ShouldGive("<insufficient privilege>");
        (await ground.SqlAsync($"SELECT pg_terminate_backend({owner.ProcessID})")).ShouldBeRefused("42501");
        (await ground.SqlAsync($"SELECT pg_cancel_backend({owner.ProcessID})")).ShouldBeRefused("42501");
    }

    [Theory, EveryWay]
    public async Task Statements_that_were_counted_show_no_values(Way way)
    {
        var ground = await server.OnAsync(way);
        if (!server.CountsStatements)
        {
            Assert.Skip("pg_stat_statements is not among the server's extensions.");
        }

        await AttackGround.ExecuteAsync(ground.Superuser, "CREATE EXTENSION pg_stat_statements SCHEMA public; SELECT public.pg_stat_statements_reset()");
        await AttackGround.ExecuteAsync(ground.Superuser, $"SELECT '{ground.Rows.Secret}'");
        try
        {
            await ground.VictimsHost.InAsync(ground.Victim, db => db.Notes.CountAsync(note => note.Text == ground.Rows.Secret, Token));

            var counted = await ground.SqlAsync("SELECT query FROM public.pg_stat_statements");
            counted.Thrown.ShouldBeNull();
            counted.Given.ShouldContain("<insufficient privilege>"); // the superuser's
            (await ground.SqlAsync("SELECT public.pg_stat_statements_reset()")).ShouldBeRefused("42501");
        }
        finally
        {
            await AttackGround.ExecuteAsync(ground.Superuser, "DROP EXTENSION pg_stat_statements");
        }
    }

    [Fact]
    public async Task Nothing_in_the_store_sends_notices()
    {
        var ground = await server.OnAsync(Way.Shared);

        (await AttackGround.ExecuteAsync(ground.Superuser, "SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('tenancy', 'notes', 'atlas', 'public') AND p.prosrc ~* '\\mnotify\\M|pg_notify'")).ShouldBeEmpty();
    }
}
