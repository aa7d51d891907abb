using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.ControlPlane.Homes.Pool;
using Rowhouse.ControlPlane.Placements;
using Rowhouse.Tenancy;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes.Pool;

/// <summary>A pool of homes that is not as its rows say, and what is made of that without harm to anybody.</summary>
public sealed class PoolFaultTests(PooledServer server) : IClassFixture<PooledServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private PooledHomeMaker Maker => server.Services.GetRequiredService<PooledHomeMaker>();

    [Theory]
    [InlineData("DROP DATABASE {0}")]
    [InlineData("COMMENT ON DATABASE {0} IS 'rowhouse schema 00'")]
    [InlineData("ALTER ROLE {0} NOLOGIN")]
    public async Task Whoever_looks_at_all_makes_whole_what_is_not(string damage)
    {
        var (ready, held) = await OutOfReachAsync();
        await using (held)
        {
            await HomeWork.ExecuteAsync(await new PostgresFixture().AdminAsync(), string.Format(CultureInfo.InvariantCulture, damage, ready[0]));
            await BackInReachAsync();
        }

        await InTurnAsync(PooledServer.Size, lookAtAll: true);

        (await server.ReadyAsync()).ShouldBe(ready);
        (await HomeWork.ScalarAsync<bool>(
            await new PostgresFixture().AdminAsync(), "SELECT shobj_description(d.oid, 'pg_database') <> 'rowhouse schema 00' AND r.rolcanlogin FROM pg_database d JOIN pg_roles r ON r.rolname = d.datname WHERE d.datname = $1", ready[0])).ShouldBeTrue();
    }

    [Fact]
    public async Task A_home_in_which_a_tenant_lives_is_left_alone_and_in_the_pool_no_more()
    {
        // As after the control database was restored to a moment before the tenant got it.
        var (ready, held) = await OutOfReachAsync();
        await using (held)
        {
            await HomeWork.ExecuteAsync(await InAsync(ready[0]), "INSERT INTO tenancy.homes (tenant_id, generation) VALUES (gen_random_uuid(), 1)");
        }

        await InTurnAsync(0, lookAtAll: false);

        (await HomeWork.RemainsAsync(ready[0])).ShouldBe((1, 1));
        (await HomeWork.RemainsAsync(ready[1])).ShouldBe((0, 0));
        (await server.UntilFullAsync()).ShouldNotContain(ready[0]);
        await RemoveAsync(ready[0]);
    }

    [Fact]
    public async Task Whoever_gets_a_home_in_which_another_tenant_lives_is_refused_and_nothing_of_it_is_touched()
    {
        var (ready, held) = await OutOfReachAsync();
        await using var release = held;
        await HomeWork.ExecuteAsync(await InAsync(ready[0]), "INSERT INTO tenancy.homes (tenant_id, generation) VALUES (gen_random_uuid(), 1)");
        await BackInReachAsync();
        var before = await HomeWork.ScalarAsync<string>(await new PostgresFixture().AdminAsync(), "SELECT rolpassword FROM pg_authid WHERE rolname = $1", ready[0]);

        using var answer = await server.AskAsync("Comes Second");

        var operation = await server.EndOfAsync(answer.Headers.Location);
        operation.Status.ShouldBe("stuck");
        operation.Reason.ShouldNotBeNull().ShouldContain($"{ready[0]} is the home of another tenant");
        (await HomeWork.RemainsAsync(ready[0])).ShouldBe((1, 1));
        (await HomeWork.ScalarAsync<string>(await new PostgresFixture().AdminAsync(), "SELECT rolpassword FROM pg_authid WHERE rolname = $1", ready[0])).ShouldBe(before);
    }

    [Fact]
    public async Task A_password_whose_key_is_lost_is_replaced_for_whoever_gets_the_home()
    {
        var ready = await server.UntilFullAsync();
        await using var held = await PooledServer.HoldAsync();
        await HomeWork.ExecuteAsync(await server.ControlAsync(), "UPDATE platform.pooled_homes SET platform_key = 'lost'");

        var tenant = await server.CreateTenantAsync("Key Was Lost", "cardvault");

        tenant.Tenant.TableName.ShouldBe(ready[0]);
        (await tenant.Admin.Client.GetAsync("/api/cardvault/cards", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_another_has_taken_in_hand_is_not_ready_for_whoever_had_it_before()
    {
        var (ready, held) = await OutOfReachAsync();
        await HomeWork.ExecuteAsync(await server.ControlAsync(), $"CREATE FUNCTION public.take() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.hold := ''{new Guid(1, 2, 3, new byte[8])}''; RETURN NEW; END'; CREATE TRIGGER take BEFORE UPDATE ON platform.pooled_homes FOR EACH ROW WHEN (NEW.hold IS NOT NULL) EXECUTE FUNCTION public.take()");
        await held.DisposeAsync();
        try
        {
            await InTurnAsync(PooledServer.Size, lookAtAll: true);

            (await server.ReadyAsync()).Intersect(ready).ShouldBeEmpty();
        }
        finally
        {
            await HomeWork.ExecuteAsync(await server.ControlAsync(), "DROP FUNCTION public.take() CASCADE");
        }

        (await server.UntilFullAsync()).ShouldBe(ready);
    }

    [Fact]
    public async Task Of_two_servers_that_are_at_a_pool_at_once_one_makes_homes()
    {
        await server.UntilFullAsync();
        await using (await PooledServer.HoldAsync())
        {
            (await EnsureAsync(PooledServer.Size + 1, lookAtAll: false)).ShouldBeFalse();
        }

        (await server.UntilFullAsync()).Length.ShouldBe(PooledServer.Size);
    }

    [Fact]
    public async Task A_home_that_cannot_be_removed_keeps_no_other_from_being_made()
    {
        var (ready, held) = await OutOfReachAsync();
        await using var inside = new NpgsqlConnection(await InAsync(ready[0]));
        await inside.OpenAsync(Cancelled);
        await HomeWork.ExecuteAsync(await new PostgresFixture().AdminAsync(), $"COMMENT ON DATABASE {ready[0]} IS 'rowhouse schema 00'");
        await held.DisposeAsync();

        await Eventually.UntilAsync(async () => (await server.ReadyAsync()) is [var one] && one == ready[1], Cancelled);

        await inside.DisposeAsync();
        await InTurnAsync(PooledServer.Size, lookAtAll: true);
        (await server.UntilFullAsync()).ShouldBe(ready);
    }

    // Not ready, so that nobody is connected to them, and held, so that nobody makes them so.
    private async Task<(string[] Ready, NpgsqlConnection Held)> OutOfReachAsync()
    {
        var ready = await server.UntilFullAsync();
        var held = await PooledServer.HoldAsync();
        await HomeWork.ExecuteAsync(await server.ControlAsync(), "UPDATE platform.pooled_homes SET is_ready = false WHERE store = 'dedicated'");
        await Eventually.UntilAsync(
            async () => await HomeWork.ScalarAsync<long>(await new PostgresFixture().AdminAsync(), "SELECT count(*) FROM pg_stat_activity WHERE datname = ANY (string_to_array($1, ','))", string.Join(',', ready)) == 0, Cancelled);
        return (ready, held);
    }

    private async Task BackInReachAsync() => await HomeWork.ExecuteAsync(await server.ControlAsync(), "UPDATE platform.pooled_homes SET is_ready = true WHERE store = 'dedicated'");

    // The server's own worker may be at it just now.
    private Task InTurnAsync(int size, bool lookAtAll) => Eventually.UntilAsync(() => EnsureAsync(size, lookAtAll), Cancelled);

    private async Task<bool> EnsureAsync(int size, bool lookAtAll) =>
        await Maker.EnsureAsync(server.Services.GetRequiredService<StoreRegistry>().Find(Placement.DedicatedStore), size, version: null, lookAtAll, Cancelled);

    private async Task<string> InAsync(string home) => new NpgsqlConnectionStringBuilder(await new PostgresFixture().SuperuserAsync(server.Database.Application)) { Database = home, Pooling = false }.ConnectionString;

    private static async Task RemoveAsync(string home)
    {
        await HomeWork.ExecuteAsync(await new PostgresFixture().AdminAsync(), $"DROP DATABASE {home}");
        await HomeWork.ExecuteAsync(await new PostgresFixture().AdminAsync(), $"DROP ROLE {home}");
    }
}
