using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rowhouse.Benchmarks.Resolution;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Caching;
using Rowhouse.Testing;

namespace Rowhouse.Benchmarks.Caching;

/// <summary>What a value of a tenant costs that is kept, on one node and on two that share a Redis: a record of 100 characters, with one tag.</summary>
internal static class CacheCost
{
    private static readonly TenantCacheEntry entry = new() { Tags = ["prices"] };
    private static readonly Tenant tenant = DirectoryCost.Make(7);
    private static readonly Quote quote = new(new('x', 100));

    public static async Task RunAsync(TextWriter output)
    {
        using var alone = Start(redis: null);
        var cache = Of(alone);
        await cache.SetAsync("known", quote, entry);
        var number = 0;
        await new Rounds("A value, in memory alone")
            .Add("hit", 10_000, async () => await cache.GetOrSetAsync("known", _ => Task.FromResult(quote), entry))
            .Add("miss, made and kept", 1_000, async () => await cache.GetOrSetAsync($"new {number++}", _ => Task.FromResult(quote), entry))
            .PrintAsync(output);

        await using var redis = await RedisServer.StartAsync(CancellationToken.None);
        using var one = Start(redis.ConnectionString);
        using var two = Start(redis.ConnectionString);
        await Task.WhenAll(one.StartAsync(), two.StartAsync());
        var (here, there) = (Of(one), Of(two));
        await new Rounds("A value, with Redis on the same machine")
            .Add("hit", 10_000, async () => await here.GetOrSetAsync("known", _ => Task.FromResult(quote), entry))
            .Add("miss, made and kept here", 500, async () => await here.GetOrSetAsync($"new {number++}", _ => Task.FromResult(quote), entry))
            .Add("removed by key here, and seen to be on the other node", 100, () => RemoveAsync(here, there, () => here.RemoveAsync("moving")))
            .Add("removed by tag here, and seen to be on the other node", 100, () => RemoveAsync(here, there, () => here.RemoveByTagAsync("prices")))
            .PrintAsync(output);

        redis.Freeze();
        var frozen = Stopwatch.GetTimestamp();
        await here.GetOrSetAsync("first", _ => Task.FromResult(quote), entry);
        var first = Stopwatch.GetElapsedTime(frozen);
        frozen = Stopwatch.GetTimestamp();
        await here.GetOrSetAsync("second", _ => Task.FromResult(quote), entry);
        var second = Stopwatch.GetElapsedTime(frozen);
        redis.Thaw();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\n### A frozen Redis\n\n| case | ms |\n|---|---:|\n| first miss | {first.TotalMilliseconds:F0} |\n| the next | {second.TotalMilliseconds:F1} |"));
    }

    // The time of putting it there and waiting until the other has it is in it: a removal alone could not be seen.
    private static async Task RemoveAsync(ITenantCache<Quote> here, ITenantCache<Quote> there, Func<ValueTask> remove)
    {
        await here.SetAsync("moving", quote, entry);
        while (!(await there.TryGetAsync("moving")).IsFound)
        {
            await Task.Yield();
        }

        await remove();
        while ((await there.TryGetAsync("moving")).IsFound)
        {
            await Task.Yield();
        }
    }

    private static IHost Start(string? redis)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging();
        builder.AddTenancy(tenancy => tenancy.WithCache(cache => cache.Redis = redis));
        var host = builder.Build();
        host.Services.GetRequiredService<TenantDirectory>().Apply(new(tenant, []));
        return host;
    }

    private static ITenantCache<Quote> Of(IHost host)
    {
        var scope = host.Services.CreateScope().ServiceProvider;
        scope.GetRequiredService<TenantScope>().Bind(tenant);
        return scope.GetRequiredService<ITenantCache<Quote>>();
    }

    /// <summary>What is kept.</summary>
    public sealed record Quote(string Text);
}
