using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Rowhouse.Tenancy.Caching;
using Rowhouse.Testing;
using Shouldly;
using static Rowhouse.Tenancy.Tests.Caching.CacheNode;

namespace Rowhouse.Tenancy.Tests.Caching;

/// <summary>What a tenant's cache promises, on one node without Redis.</summary>
public sealed class TenantCacheTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_value_is_made_once_and_found_again()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);
        var made = 0;

        for (var i = 0; i < 3; i++)
        {
            (await prices.GetOrSetAsync("ruth", _ => Task.FromResult(new Price($"{++made}")), cancellationToken: Token)).Amount.ShouldBe("1");
        }

        (await prices.TryGetAsync("ruth", Token)).ShouldBe(new(IsFound: true, new("1")));
        (await prices.TryGetAsync("cobb", Token)).ShouldBe(default);
    }

    [Fact]
    public async Task Tenants_with_the_same_keys_and_tags_never_see_one_anothers_values()
    {
        await using var node = await StartAsync();
        var (smith, harbor) = (node.Of<Price>(Smith), node.Of<Price>(Harbor));
        foreach (var (cache, amount) in new[] { (smith, "smith's"), (harbor, "harbor's") })
        {
            await cache.SetAsync("ruth", new(amount), new() { Tags = ["1933"] }, Token);
        }

        (await harbor.GetOrSetAsync("ruth", _ => throw new InvalidOperationException(), cancellationToken: Token)).Amount.ShouldBe("harbor's");
        await smith.RemoveAsync("ruth", Token);
        (await harbor.TryGetAsync("ruth", Token)).Value.ShouldBe(new("harbor's"));
        await smith.RemoveByTagAsync("1933", Token);
        (await harbor.TryGetAsync("ruth", Token)).Value.ShouldBe(new("harbor's"));
        await smith.ClearAsync(Token);
        (await harbor.TryGetAsync("ruth", Token)).Value.ShouldBe(new("harbor's"));
        await node.Scope(Smith).GetRequiredService<ITenantCache>().ClearAsync(Token);
        (await harbor.TryGetAsync("ruth", Token)).Value.ShouldBe(new("harbor's"));
        (await smith.TryGetAsync("ruth", Token)).IsFound.ShouldBeFalse();
    }

    [Fact]
    public async Task Values_of_another_type_are_others_also_under_the_same_key()
    {
        await using var node = await StartAsync();
        var (prices, reports) = (node.Of<Price>(Smith), node.Of<Report>(Smith));
        await prices.SetAsync("ruth", new("1"), new() { Tags = ["1933"] }, Token);
        await reports.SetAsync("ruth", new(2), new() { Tags = ["1933"] }, Token);

        (await prices.TryGetAsync("ruth", Token)).Value.ShouldBe(new("1"));
        await reports.RemoveByTagAsync("1933", Token);
        (await prices.TryGetAsync("ruth", Token)).IsFound.ShouldBeTrue();
        await reports.ClearAsync(Token);
        await reports.RemoveAsync("ruth", Token);
        (await prices.TryGetAsync("ruth", Token)).IsFound.ShouldBeTrue();
        await node.Scope(Smith).GetRequiredService<ITenantCache>().ClearAsync(Token);
        (await prices.TryGetAsync("ruth", Token)).IsFound.ShouldBeFalse();
    }

    [Fact]
    public async Task A_removal_by_tag_takes_what_has_the_tag_and_nothing_else()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);
        await prices.SetAsync("ruth", new("1"), new() { Tags = ["1933", "yankees"] }, Token);
        await prices.SetAsync("cobb", new("2"), new() { Tags = ["1911"] }, Token);

        await prices.RemoveByTagAsync("yankees", Token);

        (await prices.TryGetAsync("ruth", Token)).IsFound.ShouldBeFalse();
        (await prices.TryGetAsync("cobb", Token)).IsFound.ShouldBeTrue();
        (await prices.GetOrSetAsync("ruth", _ => Task.FromResult(new Price("3")), new() { Tags = ["yankees"] }, Token)).Amount.ShouldBe("3");
        (await prices.TryGetAsync("ruth", Token)).Value.ShouldBe(new("3"));
    }

    [Fact]
    public async Task Of_many_who_ask_at_once_one_makes_the_value()
    {
        await using var node = await StartAsync();
        var made = 0;

        var amounts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () => (await node.Of<Price>(Smith).GetOrSetAsync("ruth", async cancellationToken =>
        {
            await Task.Delay(100, cancellationToken);
            return new Price($"{Interlocked.Increment(ref made)}");
        }, cancellationToken: Token)).Amount, Token)));

        amounts.ShouldAllBe(amount => amount == "1");
    }

    [Fact]
    public async Task What_making_throws_reaches_the_caller_unchanged_and_nothing_is_kept()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);
        var failure = new TimeoutException("The vendor is slow.");

        (await Should.ThrowAsync<TimeoutException>(prices.GetOrSetAsync("ruth", _ => throw failure, cancellationToken: Token).AsTask())).ShouldBeSameAs(failure);
        (await Should.ThrowAsync<TimeoutException>(prices.GetOrSetAsync("ruth", async _ =>
        {
            await Task.Yield();
            throw failure;
        }, cancellationToken: Token).AsTask())).ShouldBeSameAs(failure);

        (await prices.TryGetAsync("ruth", Token)).IsFound.ShouldBeFalse();
    }

    [Fact]
    public async Task Who_gives_up_is_told_so_when_making_has_ended_and_others_are_not_harmed()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);
        using var leaving = new CancellationTokenSource();
        var ended = false;

        var gone = prices.GetOrSetAsync("ruth", async cancellationToken =>
        {
            await leaving.CancelAsync();
            await Task.Delay(50, CancellationToken.None);
            ended = true;
            cancellationToken.ThrowIfCancellationRequested();
            return new("1");
        }, cancellationToken: leaving.Token).AsTask();
        var other = prices.GetOrSetAsync("ruth", _ => Task.FromResult(new Price("2")), cancellationToken: Token).AsTask();

        await Should.ThrowAsync<OperationCanceledException>(gone);
        ended.ShouldBeTrue();
        (await other).Amount.ShouldBe("2");
    }

    [Fact]
    public async Task Null_is_a_value()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price?>(Smith);

        (await prices.GetOrSetAsync("ruth", _ => Task.FromResult<Price?>(null), cancellationToken: Token)).ShouldBeNull();

        (await prices.TryGetAsync("ruth", Token)).ShouldBe(new(IsFound: true, null));
        (await prices.GetOrSetAsync("ruth", _ => throw new InvalidOperationException(), cancellationToken: Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_node_relies_on_nothing_that_it_cached_before_it_heard_the_others()
    {
        await using var node = await StartAsync();
        await node.Of<Price>(Smith).SetAsync("ruth", new("1"), cancellationToken: Token);

        node.Services.GetRequiredService<SharedCache>().BeginToHear();

        (await node.Of<Price>(Smith).TryGetAsync("ruth", Token)).IsFound.ShouldBeFalse();
        await node.Of<Price>(Smith).SetAsync("ruth", new("2"), cancellationToken: Token);
        (await node.Of<Price>(Smith).TryGetAsync("ruth", Token)).IsFound.ShouldBeTrue();
    }

    [Fact]
    public async Task Names_that_are_missed_leave_nothing_behind()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);

        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), Token, async (i, cancellationToken) =>
        {
            await prices.TryGetAsync($"{i}", cancellationToken);
            await Record.ExceptionAsync(async () => await prices.GetOrSetAsync($"{i % 500}", _ => i % 3 == 0 ? Task.FromException<Price>(new TimeoutException()) : Task.FromResult(new Price("1")), cancellationToken: cancellationToken));
        });

        node.Locks.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_value_ends_with_its_time_however_often_it_is_read()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);
        await prices.SetAsync("ruth", new("1"), new() { Duration = TimeSpan.FromSeconds(1) }, Token);
        (await prices.TryGetAsync("ruth", Token)).IsFound.ShouldBeTrue();

        await Eventually.UntilAsync(async () => !(await prices.TryGetAsync("ruth", Token)).IsFound, Token);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("tag")]
    [InlineData("type")]
    [InlineData("tenant")]
    public async Task What_was_made_while_it_was_removed_is_not_kept(string by)
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);

        var made = await prices.GetOrSetAsync("ruth", async cancellationToken =>
        {
            var read = new Price("read before the change");
            await RemoveAsync(node, by);
            return read;
        }, new() { Tags = ["1933"] }, Token);

        made.Amount.ShouldBe("read before the change");
        (await prices.TryGetAsync("ruth", Token)).IsFound.ShouldBeFalse();
    }

    [Fact]
    public async Task Removals_and_makers_that_race_never_leave_an_old_value()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);
        var truth = 0;
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await prices.GetOrSetAsync("ruth", _ => Task.FromResult(new Price($"{Volatile.Read(ref truth)}")), cancellationToken: Token);
            }
        }, Token)).ToArray();

        for (var i = 1; i <= 3000; i++)
        {
            Volatile.Write(ref truth, i);
            await prices.RemoveAsync("ruth", Token);
            (await prices.GetOrSetAsync("ruth", _ => Task.FromResult(new Price($"{Volatile.Read(ref truth)}")), cancellationToken: Token)).Amount.ShouldBe($"{i}");
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task A_value_that_cannot_be_written_is_refused_and_the_one_before_stays()
    {
        await using var node = await StartAsync();
        var cyclic = node.Of<Cyclic>(Smith);
        var sound = new Cyclic();
        await cyclic.SetAsync("x", sound, cancellationToken: Token);
        var broken = new Cyclic();
        broken.Other = broken;

        (await Should.ThrowAsync<TenantCacheValueException>(cyclic.SetAsync("x", broken, cancellationToken: Token).AsTask())).Message.ShouldContain(nameof(Cyclic));
        await Should.ThrowAsync<TenantCacheValueException>(cyclic.GetOrSetAsync("y", _ => Task.FromResult(broken), cancellationToken: Token).AsTask());
        await Should.ThrowAsync<TenantCacheValueException>(node.Of<Share>(Smith).SetAsync("x", new(double.NaN), cancellationToken: Token).AsTask());

        (await cyclic.TryGetAsync("x", Token)).Value.ShouldBeSameAs(sound);
        (await cyclic.TryGetAsync("y", Token)).IsFound.ShouldBeFalse();
    }

    [Fact]
    public async Task A_value_that_is_too_large_is_given_and_not_kept()
    {
        await using var node = await CacheNode.StartAsync(options => options.MaxValueBytes = 1000);
        var prices = node.Of<Price>(Smith);
        var large = new Price(new('x', 1000));

        (await prices.GetOrSetAsync("ruth", _ => Task.FromResult(large), cancellationToken: Token)).ShouldBe(large);
        (await prices.TryGetAsync("ruth", Token)).IsFound.ShouldBeFalse();
        await prices.SetAsync("cobb", new("small"), cancellationToken: Token);
        await prices.SetAsync("cobb", large, cancellationToken: Token);
        (await prices.TryGetAsync("cobb", Token)).IsFound.ShouldBeFalse();

        node.Warnings.ShouldContain(warning => warning.Contains("is not cached: at most 1000 are", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_tenant_each_use_names_the_place_that_asked()
    {
        await using var node = await StartAsync();
        await using var scope = node.Services.CreateAsyncScope();
        var prices = scope.ServiceProvider.GetRequiredService<ITenantCache<Price>>();

        (await Should.ThrowAsync<TenantNotBoundException>(() => AskAsync(prices))).Message.ShouldContain($"({nameof(TenantCacheTests)}.cs:");
        foreach (var use in new Func<ValueTask>[] { async () => await prices.TryGetAsync("k", Token), () => prices.SetAsync("k", new("1"), cancellationToken: Token), () => prices.RemoveAsync("k", Token), () => prices.RemoveByTagAsync("k", Token), () => prices.ClearAsync(Token), () => scope.ServiceProvider.GetRequiredService<ITenantCache>().ClearAsync(Token) })
        {
            await Should.ThrowAsync<TenantNotBoundException>(async () => await use());
        }
    }

    [Fact]
    public async Task Only_types_of_ones_own_can_be_cached()
    {
        await using var node = await StartAsync();

        Should.Throw<InvalidOperationException>(() => node.Of<string>(Smith)).Message.ShouldContain("Cache a type of your own");
        Should.Throw<InvalidOperationException>(() => node.Of<List<Price>>(Smith));
        Should.Throw<InvalidOperationException>(() => node.Of<int[]>(Smith));
        Should.NotThrow(() => node.Of<Price[]>(Smith));
    }

    [Theory]
    [InlineData(nameof(TenantCacheOptions.Redis), "no such=thing")]
    [InlineData(nameof(TenantCacheOptions.Redis), ",")]
    [InlineData(nameof(TenantCacheOptions.Redis), "localhost:port,password=hush,ssl=perhaps")]
    [InlineData(nameof(TenantCacheOptions.Prefix), " ")]
    [InlineData(nameof(TenantCacheOptions.MaxValueBytes), "8388608")]
    [InlineData(nameof(TenantCacheOptions.MaxBytesPerTenant), "67108864")]
    public void Options_that_cannot_be_kept_to_are_refused_by_name(string option, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        var property = typeof(TenantCacheOptions).GetProperty(option)!;     // the data names it
        var converted = property.PropertyType == typeof(long) ? long.Parse(value, null) : (object)value;

        var refusal = Should.Throw<OptionsValidationException>(() => builder.AddTenancy(tenancy => tenancy.WithCache(options => property.SetValue(options, converted))));

        refusal.OptionsName.ShouldBe(option);
        refusal.Message.ShouldNotContain("hush");
    }

    [Fact]
    public void A_duration_is_more_than_nothing_and_at_most_a_day()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new TenantCacheEntry { Duration = TimeSpan.Zero });
        Should.Throw<ArgumentOutOfRangeException>(() => new TenantCacheEntry { Duration = TimeSpan.FromDays(1.1) });
        new TenantCacheEntry().Duration.ShouldBe(TimeSpan.FromMinutes(5));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task AskAsync(ITenantCache<Price> prices) => await prices.GetOrSetAsync("ruth", _ => Task.FromResult(new Price("1")), cancellationToken: Token);

    private static ValueTask RemoveAsync(CacheNode node, string by) => by switch
    {
        "key" => node.Of<Price>(Smith).RemoveAsync("ruth", Token),
        "tag" => node.Of<Price>(Smith).RemoveByTagAsync("1933", Token),
        "type" => node.Of<Price>(Smith).ClearAsync(Token),
        _ => node.Scope(Smith).GetRequiredService<ITenantCache>().ClearAsync(Token),
    };

    private static Task<CacheNode> StartAsync() => CacheNode.StartAsync();

    public sealed class Cyclic
    {
        public Cyclic? Other { get; set; }
    }

    private sealed record Share(double Value);
}
