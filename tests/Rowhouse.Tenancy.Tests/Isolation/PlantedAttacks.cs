using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>
/// Ways around the policies that only the owner or a superuser can make: until somebody opens them the application's role
/// is refused, and the verification names them. That it makes none itself is among <see cref="RoleAttacks"/>; that an open
/// one leaks is what <see cref="HarnessTests"/> shows.
/// </summary>
[Collection<AttackMatrix>]
public sealed class PlantedAttacks(AttackServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [EveryWay("VIEW notes.loot", "CREATE VIEW notes.loot AS SELECT * FROM notes.notes", "GRANT SELECT ON notes.loot", "TABLE notes.loot", "owner's rights")]
    [EveryWay("MATERIALIZED VIEW notes.loot", "CREATE MATERIALIZED VIEW notes.loot AS SELECT * FROM notes.notes", "GRANT SELECT ON notes.loot", "TABLE notes.loot", "a materialized view")]
    [EveryWay("FUNCTION notes.loot()", "CREATE FUNCTION notes.loot() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT text FROM notes.notes'; REVOKE ALL ON FUNCTION notes.loot() FROM PUBLIC", "GRANT EXECUTE ON FUNCTION notes.loot()", "SELECT notes.loot()", "with the rights of postgres")]
    [EveryWay("TABLE notes.loot", "CREATE TABLE notes.loot AS SELECT * FROM notes.notes", "GRANT SELECT ON notes.loot", "TABLE notes.loot", "no model knows this table")]
    [EveryWay("TABLE public.loot", "CREATE TABLE public.loot AS SELECT * FROM notes.notes", "GRANT SELECT ON public.loot", "TABLE public.loot", "no model knows this table")]
    [EveryWay("TABLE notes.loot", "CREATE TABLE notes.loot (LIKE notes.notes INCLUDING ALL)", "GRANT SELECT ON notes.loot", "TABLE notes.loot", "no model knows this table")]
    [EveryWay("TABLE notes.loot", "CREATE TABLE notes.loot () INHERITS (notes.notes)", "GRANT SELECT ON notes.loot", "TABLE notes.loot", "row-level security is off")]
    [EveryWay("SEQUENCE notes.loot", "CREATE SEQUENCE notes.loot", "GRANT USAGE, SELECT ON notes.loot", "SELECT nextval('notes.loot')", "counts for all tenants")]
    public async Task What_was_made_around_the_policies_is_closed_to_the_application_and_found_once_it_is_open(Way way, string thing, string made, string opened, string sql, string finding)
    {
        var ground = await server.OnAsync(way);
        await AttackGround.ExecuteAsync(ground.Superuser, made);
        try
        {
            (await ground.SqlAsync(sql)).ShouldBeRefused("42501");
            (await ground.UnboundAsync(sql)).ShouldBeRefused("42501");

            await AttackGround.ExecuteAsync(ground.Superuser, $"{opened} TO {RoleNames.Default.Tenants}");
            (await VerifyAsync(ground)).ShouldContain(found => found.What.Contains(finding, StringComparison.Ordinal));
        }
        finally
        {
            await AttackGround.ExecuteAsync(ground.Superuser, $"DROP {thing}");
        }

        (await VerifyAsync(ground)).ShouldAllBe(found => found.What.Contains($"member of {RoleNames.Default.Tenants}", StringComparison.Ordinal));
    }

    [Theory, EveryWay]
    public async Task A_row_in_a_child_table_is_under_the_policy_of_its_parent(Way way)
    {
        var ground = await server.OnAsync(way);
        await AttackGround.ExecuteAsync(ground.Superuser, $"CREATE TABLE notes.child () INHERITS (notes.notes); INSERT INTO notes.child SELECT '{ground.Victim.Id}', gen_random_uuid(), '{ground.Rows.Secret}', now(), 0, NULL, NULL, NULL, gen_random_uuid(), NULL");
        try
        {
            (await ground.SqlAsync("SELECT text FROM notes.notes")).ShouldGiveOwn("own");
            (await ground.SqlAsync("UPDATE notes.notes SET text = 'taken' WHERE text <> 'own'")).ShouldWriteNothing();
            (await ground.SqlAsync("SELECT text FROM notes.child")).ShouldBeRefused("42501");
            (await ground.SqlAsync("UPDATE notes.child SET text = 'taken'")).ShouldBeRefused("42501");
        }
        finally
        {
            await AttackGround.ExecuteAsync(ground.Superuser, "DROP TABLE notes.child");
        }
    }

    [Theory, EveryWay]
    public async Task A_view_that_asks_as_its_caller_gives_own_rows_only(Way way)
    {
        var ground = await server.OnAsync(way);
        await AttackGround.ExecuteAsync(ground.Superuser, $"CREATE VIEW notes.fine WITH (security_invoker = true) AS SELECT text FROM notes.notes; GRANT SELECT, UPDATE ON notes.fine TO {RoleNames.Default.Tenants}");
        try
        {
            (await ground.SqlAsync("SELECT text FROM notes.fine")).ShouldGiveOwn("own");
            (await ground.UnboundAsync("SELECT text FROM notes.fine")).ShouldGiveNothing();
            (await ground.SqlAsync("UPDATE notes.fine SET text = 'taken' WHERE text <> 'own'")).ShouldWriteNothing();
        }
        finally
        {
            await AttackGround.ExecuteAsync(ground.Superuser, "DROP VIEW notes.fine");
        }
    }

    private static async Task<IReadOnlyList<IsolationFinding>> VerifyAsync(AttackGround ground)
    {
        await using var connection = await ground.Superuser.OpenConnectionAsync(Token);
        return (await IsolationCheck.RunAsync(connection, RoleNames.Default, ground.Host.Services.GetRequiredService<TenantModels>().Tables, Token)).Findings;
    }
}
