using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes.Pool;

/// <summary>Real servers that are killed while they make homes ahead and give them to tenants.</summary>
public sealed class PoolKillTests(CrashServer server) : IClassFixture<CrashServer>
{
    private const int Size = 2;

    private static readonly int Crashes = int.Parse(Environment.GetEnvironmentVariable("ROWHOUSE_TEST_CRASHES") ?? "4", CultureInfo.InvariantCulture);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_killed_when_a_home_is_made_leaves_it_to_the_next_one()
    {
        // A server that starts looks at the control database, so it is held only then: what it has made by then is made to be made again.
        await server.StartNodeAsync(Size);
        await UntilFullAsync();
        var first = await NamesAsync();
        await HomeWork.ExecuteAsync(server.Control, """
            CREATE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END';
            CREATE TRIGGER hold BEFORE UPDATE ON platform.pooled_homes FOR EACH ROW WHEN (NEW.is_ready) EXECUTE FUNCTION public.hold();
            """);
        await HomeWork.ExecuteAsync(await new PostgresFixture().AdminAsync(), $"COMMENT ON DATABASE {first[0]} IS 'rowhouse schema 00'");
        await HomeWork.ExecuteAsync(server.Control, "ALTER TABLE platform.pooled_homes DISABLE TRIGGER USER; UPDATE platform.pooled_homes SET is_ready = false; ALTER TABLE platform.pooled_homes ENABLE TRIGGER USER");
        await server.UntilHeldAsync();

        await server.StopNodesAsync();
        await server.ReleaseAsync();
        (await HomeWork.ScalarAsync<long>(server.Control, "SELECT count(*) FROM platform.pooled_homes WHERE is_ready")).ShouldBe(0);
        await server.StartNodeAsync(Size);

        await UntilFullAsync();
        (await NamesAsync()).ShouldBe(first);
        foreach (var home in first)
        {
            (await HomeWork.RemainsAsync(home)).ShouldBe((1, 1));
        }
    }

    [Fact]
    public async Task Servers_that_are_killed_at_random_lose_no_home_and_give_none_twice()
    {
        HashSet<string> seen = [];
        List<(TenantResponse Tenant, Uri Operation)> asked = [];
        for (var crash = 0; crash < Crashes; crash++)
        {
            await server.StartNodeAsync(Size);
            using var answer = await server.AskAsync($"Pooled {crash}");
            asked.Add(((await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull(), answer.Headers.Location.ShouldNotBeNull()));

            // In its first second a server compiles more than it does. Were all killed in it, operations would come to their twentieth death, at which they are given up.
            await Task.Delay(RandomNumberGenerator.GetInt32(0, 4000), Cancelled);
            seen.UnionWith(await NamesAsync());
            await server.StopNodesAsync();
            seen.UnionWith(await NamesAsync());
        }

        await server.StartNodeAsync(Size);
        await server.UntilDoneAsync();
        await UntilFullAsync();
        seen.UnionWith(await NamesAsync());

        foreach (var (tenant, location) in asked)
        {
            var operation = await server.EndOfAsync(location);
            operation.Status.ShouldBe("succeeded", operation.Reason);
            (await HomeWork.RemainsAsync(tenant.TableName)).ShouldBe((1, 1));
            (await HomeWork.ScalarAsync<long>(new NpgsqlConnectionStringBuilder(server.Store) { Database = tenant.TableName, Pooling = false }.ConnectionString, "SELECT count(*) FROM tenancy.homes")).ShouldBe(1);
        }

        // Each that was ever begun is a tenant's, or is in the pool, or is gone.
        var lived = asked.ConvertAll(one => one.Tenant.TableName);
        lived.ShouldBeUnique();
        var pooled = await NamesAsync();
        lived.Intersect(pooled).ShouldBeEmpty();
        foreach (var home in seen)
        {
            var whole = lived.Contains(home) || pooled.Contains(home) ? 1 : 0;
            (await HomeWork.RemainsAsync(home)).ShouldBe((whole, whole), home);
        }
    }

    private async Task<string[]> NamesAsync() => await HomeWork.ScalarAsync<string[]>(server.Control, "SELECT array(SELECT name::text FROM platform.pooled_homes ORDER BY name)");

    private Task UntilFullAsync() => Eventually.UntilAsync(
        async () => await HomeWork.ScalarAsync<bool>(server.Control, "SELECT count(*) FILTER (WHERE is_ready) = $1::integer AND count(*) = $1::integer FROM platform.pooled_homes", Size.ToString(CultureInfo.InvariantCulture)), Cancelled);
}
