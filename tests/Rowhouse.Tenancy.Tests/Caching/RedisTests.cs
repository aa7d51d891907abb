using System.Diagnostics;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Testing;
using Shouldly;
using StackExchange.Redis;
using static Rowhouse.Tenancy.Tests.Caching.CacheNode;

namespace Rowhouse.Tenancy.Tests.Caching;

/// <summary>Two nodes that share a Redis, and what becomes of them when it is away.</summary>
public sealed class RedisTests
{
    private static readonly TenantCacheEntry entry = new() { Duration = TimeSpan.FromHours(1), Tags = ["1933", "yankees"] };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Removals => ["key", "tag", "type", "tenant"];

    [Fact]
    public async Task What_one_node_made_another_need_not_make()
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        await one.Of<Price?>(Smith).GetOrSetAsync("ruth", _ => Task.FromResult<Price?>(new("1", "USD")), entry, Token);
        await one.Of<Price?>(Smith).GetOrSetAsync("nobody", _ => Task.FromResult<Price?>(null), entry, Token);

        await EventuallyAsync(async () => (await two.Of<Price?>(Smith).TryGetAsync("ruth", Token)).Value == new Price("1", "USD"));
        await EventuallyAsync(async () => await two.Of<Price?>(Smith).TryGetAsync("nobody", Token) == new CachedValue<Price?>(IsFound: true, null));
        (await two.Of<Price>(Harbor).TryGetAsync("ruth", Token)).IsFound.ShouldBeFalse();
        (await two.Of<Report>(Smith).TryGetAsync("ruth", Token)).IsFound.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Removals))]
    public async Task A_removal_reaches_the_other_node(string by)
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        await KnowAsync(one, two);

        await RemoveAsync(one, by);

        await EventuallyAsync(async () => !await KnowsAsync(two, Smith));
        (await KnowsAsync(one, Smith)).ShouldBeFalse();
        (await KnowsAsync(two, Harbor)).ShouldBeTrue();
        await using var late = await StartAsync(redis);
        await EventuallyAsync(() => KnowsAsync(late, Harbor));
        (await KnowsAsync(late, Smith)).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Removals))]
    public async Task What_was_made_while_another_node_removed_it_is_kept_nowhere(string by)
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);

        await two.Of<Price>(Smith).GetOrSetAsync("ruth", async _ =>
        {
            await RemoveAsync(one, by);
            await HearsAsync(from: one, to: two);
            return new("read before the change");
        }, entry, Token);
        await HearsAsync(from: two, to: one);

        (await KnowsAsync(two, Smith)).ShouldBeFalse();
        await using var late = await StartAsync(redis);
        (await KnowsAsync(late, Smith)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_value_that_is_put_in_place_of_another_reaches_the_other_node()
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        await KnowAsync(one, two);

        await one.Of<Price>(Smith).SetAsync("ruth", new("2"), entry, Token);

        await EventuallyAsync(async () => (await two.Of<Price>(Smith).TryGetAsync("ruth", Token)).Value == new Price("2"));
    }

    [Fact]
    public async Task A_value_that_another_node_makes_larger_counts_as_large()
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var one = await StartAsync(redis);
        await KnowAsync(one, one);
        await using var multiplexer = await ConnectionMultiplexer.ConnectAsync($"{redis.ConnectionString},allowAdmin=true");
        await multiplexer.GetServers()[0].FlushDatabaseAsync();
        await using var late = await StartAsync(redis);
        var before = one.Memory.Size;

        await late.Of<Price>(Smith).GetOrSetAsync("ruth", _ => Task.FromResult(new Price(new('x', 10_000))), entry, Token);

        await EventuallyAsync(async () => (await one.Of<Price>(Smith).TryGetAsync("ruth", Token)).Value?.Amount.Length == 10_000);
        one.Memory.Size.ShouldBeGreaterThan(before + 15_000);
    }

    [Fact]
    public async Task However_nodes_race_none_is_left_with_an_old_value()
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        var truth = 0;
        using var done = new CancellationTokenSource();
        var readers = new[] { one, two }.Select(node => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await TruthAsync(node);
            }
        }, Token)).ToArray();

        for (var i = 1; i <= 300; i++)
        {
            Volatile.Write(ref truth, i);
            await one.Of<Price>(Smith).RemoveAsync("ruth", Token);
            await Task.Delay(i % 5, Token);
            (await TruthAsync(one)).ShouldBe($"{i}");
            await EventuallyAsync(async () => await TruthAsync(two) == $"{i}");
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);

        async Task<string> TruthAsync(CacheNode node) =>
            (await node.Of<Price>(Smith).GetOrSetAsync("ruth", _ => Task.FromResult(new Price($"{Volatile.Read(ref truth)}")), entry, Token)).Amount;
    }

    [Theory]
    [MemberData(nameof(Removals))]
    public async Task A_removal_while_Redis_is_dead_reaches_the_other_node_when_it_is_back(string by)
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        await KnowAsync(one, two);

        await redis.KillAsync();
        await RemoveAsync(one, by);
        (await KnowsAsync(one, Smith)).ShouldBeFalse();
        (await one.Of<Price>(Smith).GetOrSetAsync("ruth", _ => Task.FromResult(new Price("2")), entry, Token)).Amount.ShouldBe("2");
        (await KnowsAsync(two, Smith)).ShouldBeTrue();
        await redis.RunAsync(Token);

        await EventuallyAsync(async () => !await KnowsAsync(two, Smith, "1"));
        one.Warnings.ShouldContain(warning => warning.Contains("has lost Redis", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_removal_while_Redis_is_dead_is_not_lost_with_the_node_that_made_it()
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var two = await StartAsync(redis);
        await using (var one = await StartAsync(redis))
        {
            await KnowAsync(one, two);
            await redis.KillAsync();
            await RemoveAsync(one, "key");
        }

        await redis.RunAsync(Token);

        await EventuallyAsync(async () => !await KnowsAsync(two, Smith));
    }

    [Theory]
    [MemberData(nameof(Removals))]
    public async Task A_frozen_Redis_costs_little_and_takes_no_removal_with_it(string by)
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        await KnowAsync(one, two);
        redis.Freeze();

        var watch = Stopwatch.StartNew();
        await RemoveAsync(one, by);
        (await one.Of<Report>(Smith).GetOrSetAsync("all", _ => Task.FromResult(new Report(1)), entry, Token)).Lines.ShouldBe(1);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));       // else for as long as it is frozen
        (await KnowsAsync(one, Smith)).ShouldBeFalse();
        redis.Thaw();

        await EventuallyAsync(async () => !await KnowsAsync(two, Smith));
        await using var late = await StartAsync(redis);
        (await KnowsAsync(late, Smith)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_node_starts_without_Redis_says_so_and_joins_the_others_when_it_is_there()
    {
        await using var redis = RedisServer.Away();
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        one.Warnings.ShouldContain(warning => warning.Contains("Redis is not there yet", StringComparison.Ordinal));
        (await one.Of<Price>(Smith).GetOrSetAsync("ruth", _ => Task.FromResult(new Price("1")), entry, Token)).Amount.ShouldBe("1");
        (await KnowsAsync(one, Smith)).ShouldBeTrue();

        await redis.RunAsync(Token);

        await EventuallyAsync(async () =>
        {
            await one.Of<Price>(Smith).SetAsync("cobb", new("2"), entry, Token);
            return (await two.Of<Price>(Smith).TryGetAsync("cobb", Token)).IsFound;
        });
        await one.Of<Price>(Smith).RemoveAsync("cobb", Token);
        await EventuallyAsync(async () => !(await two.Of<Price>(Smith).TryGetAsync("cobb", Token)).IsFound);
        await EventuallyAsync(async () => !await KnowsAsync(one, Smith));      // others may have removed it while one could not hear
    }

    [Fact]
    public async Task Installations_that_share_a_Redis_keep_to_themselves()
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var one = await StartAsync(redis);
        await using var other = await CacheNode.StartAsync(options => (options.Redis, options.Prefix) = (redis.ConnectionString, "acme"));
        await using var another = await CacheNode.StartAsync(options => (options.Redis, options.Prefix) = (redis.ConnectionString, "acme"));
        await KnowAsync(one, one);

        (await KnowsAsync(other, Smith)).ShouldBeFalse();
        await other.Of<Price>(Smith).SetAsync("ruth", new("acme's"), entry, Token);
        await RemoveAsync(other, "tenant");
        await HearsAsync(from: other, to: another);

        (await KnowsAsync(one, Smith)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_value_in_Redis_that_cannot_be_read_is_made_again_and_reported()
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        await one.Of<OneWay>(Smith).SetAsync("x", OneWay.Make(1), entry, Token);

        await EventuallyAsync(async () =>
        {
            (await two.Of<OneWay>(Smith).TryGetAsync("x", Token)).IsFound.ShouldBeFalse();
            return two.Warnings.Any(warning => warning.Contains(nameof(OneWay), StringComparison.Ordinal) && warning.Contains("cannot be read", StringComparison.Ordinal));
        });
        (await two.Of<OneWay>(Smith).GetOrSetAsync("x", _ => Task.FromResult(OneWay.Make(2)), entry, Token)).Number.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_kept_in_Redis_is_below_prefix_and_tenant_and_ends_by_itself()
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var one = await StartAsync(redis);
        await KnowAsync(one, one);
        await RemoveAsync(one, "tag");
        await using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var server = multiplexer.GetServers()[0];

        var keys = server.Keys().Select(key => (string)key!).ToList();     // a key is never null

        keys.Count.ShouldBeGreaterThan(2);
        keys.ShouldAllBe(key => key.StartsWith("rowhouse:", StringComparison.Ordinal) && (key.Contains($"t:{Smith.Id.Value:N}", StringComparison.Ordinal) || key.Contains($"t:{Harbor.Id.Value:N}", StringComparison.Ordinal)));
        foreach (var key in keys)
        {
            (await multiplexer.GetDatabase().KeyTimeToLiveAsync(key)).ShouldNotBeNull(key);
        }
    }

    // Both know the value, the tenant's and its neighbour's, with everything that tells whether it was removed.
    private static async Task KnowAsync(CacheNode one, CacheNode two)
    {
        foreach (var tenant in new[] { Smith, Harbor })
        {
            await one.Of<Price>(tenant).SetAsync("ruth", new("1"), entry, Token);
            await EventuallyAsync(() => KnowsAsync(one, tenant));
            await EventuallyAsync(() => KnowsAsync(two, tenant));
        }
    }

    // What a node says by way of Redis arrives in its order: who has heard this has heard all before.
    private static async Task HearsAsync(CacheNode from, CacheNode to)
    {
        await from.Of<Report>(Smith).SetAsync("said", new(1), entry, Token);
        await EventuallyAsync(async () => (await to.Of<Report>(Smith).TryGetAsync("said", Token)).IsFound);
        await from.Of<Report>(Smith).RemoveAsync("said", Token);
        await EventuallyAsync(async () => !(await to.Of<Report>(Smith).TryGetAsync("said", Token)).IsFound);
    }

    private static async Task<bool> KnowsAsync(CacheNode node, Tenant tenant, string? amount = null) =>
        await node.Of<Price>(tenant).TryGetAsync("ruth", Token) is { IsFound: true, Value: var price } && (amount is null || price?.Amount == amount);

    private static ValueTask RemoveAsync(CacheNode node, string by) => by switch
    {
        "key" => node.Of<Price>(Smith).RemoveAsync("ruth", Token),
        "tag" => node.Of<Price>(Smith).RemoveByTagAsync("1933", Token),
        "type" => node.Of<Price>(Smith).ClearAsync(Token),
        _ => node.Scope(Smith).GetRequiredService<ITenantCache>().ClearAsync(Token),
    };

    private static Task EventuallyAsync(Func<Task<bool>> isSo) => Eventually.UntilAsync(isSo, Token);

    /// <summary>Can be written as JSON, and not be read.</summary>
    public sealed class OneWay
    {
        private OneWay(int number) => Number = number;

        [JsonInclude]
        public int Number { get; private set; }

        public static OneWay Make(int number) => new(number);
    }
}
