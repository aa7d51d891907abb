using Microsoft.Extensions.Caching.Memory;
using Rowhouse.Tenancy.Caching;
using Rowhouse.Tenancy.Tests.Kernel;
using Shouldly;
using static Rowhouse.Tenancy.Tests.Caching.CacheNode;

namespace Rowhouse.Tenancy.Tests.Caching;

public sealed class TenantMemoryTests
{
    private const long Limit = 400_000;
    private const long Share = 100_000;
    private const int ValueSize = 2_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenant_never_has_more_than_its_share_and_takes_nothing_from_others_that_have_room()
    {
        await using var node = await StartAsync();
        await FillAsync(node, Harbor, 10);

        for (var i = 0; i < 1000; i++)
        {
            await FillAsync(node, Smith, 1, from: i);
            node.Memory.Size.ShouldBeLessThan(Share + 60_000);      // and the ten of the other
        }

        (await FindAsync(node, Harbor, 10)).ShouldBe(10);
        (await FindAsync(node, Smith, 1000)).ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task All_tenants_together_never_have_more_than_the_limit_and_those_who_come_less_often_lose_theirs()
    {
        await using var node = await StartAsync();
        await FillAsync(node, Harbor, 10);

        foreach (var tenant in Enumerable.Range(0, 200).Select(number => Tenants.Make($"tenant-{number}")))
        {
            await FillAsync(node, tenant, 5);
            node.Memory.Size.ShouldBeLessThan(Limit + 1);
            (await FindAsync(node, Harbor, 10)).ShouldBe(10);
        }

        node.Memory.Size.ShouldBeGreaterThan(Limit / 2);
    }

    [Fact]
    public async Task A_tenant_that_needs_room_takes_it_and_a_tenth_of_all_from_others()
    {
        await using var node = await StartAsync();
        var others = Enumerable.Range(0, 8).Select(number => Tenants.Make($"tenant-{number}")).ToList();
        foreach (var other in others)
        {
            await FillAsync(node, other, 50);
        }

        var isFull = false;
        const long value = 2 * ValueSize + 1000;
        for (var i = 0; i < 200; i++)
        {
            await FillAsync(node, Smith, 1, from: i);
            isFull |= node.Memory.Size > Limit - (2 * value);
            if (isFull)
            {
                node.Memory.Size.ShouldBeGreaterThan(Limit - (Limit / 10) - (Share / 10) - (2 * value), $"{i}");
            }
        }

        isFull.ShouldBeTrue();
    }

    [Fact]
    public async Task A_tenant_gives_up_what_it_has_not_used_for_longest()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);
        await FillAsync(node, Smith, 10);

        for (var i = 10; i < 500; i++)
        {
            (await prices.TryGetAsync("3", Token)).IsFound.ShouldBeTrue();
            await FillAsync(node, Smith, 1, from: i);
        }

        (await prices.TryGetAsync("4", Token)).IsFound.ShouldBeFalse();
    }

    [Fact]
    public async Task However_many_tags_are_removed_memory_stays_bounded_and_no_removed_value_comes_back()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);

        for (var i = 0; i < 2000; i++)
        {
            await prices.SetAsync($"{i}", new(new('x', ValueSize)), new() { Tags = [$"tag {i}"] }, Token);
            await prices.RemoveByTagAsync($"tag {i}", Token);
            (await prices.TryGetAsync($"{i - i % 7}", Token)).IsFound.ShouldBeFalse();
            node.Memory.Size.ShouldBeLessThan(Share + 2000);        // two marks are the cache's own
        }

        (await FindAsync(node, Smith, 2000)).ShouldBe(0);
    }

    [Fact]
    public async Task The_count_of_bytes_stays_right_when_many_change_it_at_once()
    {
        await using var node = await StartAsync();
        var tenants = Enumerable.Range(0, 8).Select(number => Tenants.Make($"tenant-{number}")).ToList();

        await Parallel.ForEachAsync(Enumerable.Range(0, 4000), Token, async (i, cancellationToken) =>
        {
            var prices = node.Of<Price>(tenants[i % 8]);
            await prices.SetAsync($"{i % 97}", new(new('x', i % ValueSize)), cancellationToken: cancellationToken);
            await prices.RemoveAsync($"{i % 89}", cancellationToken);
            _ = await prices.TryGetAsync($"{i % 83}", cancellationToken);
        });
        foreach (var tenant in tenants)
        {
            for (var i = 0; i < 97; i++)
            {
                await node.Of<Price>(tenant).RemoveAsync($"{i}", Token);
            }
        }

        // What is left are marks, three for a tenant at most and those of the cache itself.
        node.Memory.Count.ShouldBeLessThan(30);
        node.Memory.Size.ShouldBeInRange(node.Memory.Count * 900, node.Memory.Count * 1500);
    }

    [Fact]
    public async Task What_is_read_of_FusionCaches_entries_is_there()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);
        var before = DateTime.UnixEpoch.Add(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks;
        await prices.SetAsync("ruth", new("1"), cancellationToken: Token);
        await prices.RemoveByTagAsync("1933", Token);
        var keys = new TenantKeys(Smith.Id, TenantKeys.NameOf(typeof(Price)));

        node.Memory.TryGetValue(keys.Of("ruth"), out var entry).ShouldBeTrue();
        node.Memory.TryGetValue(TenantMemory.MarkLead + keys.Of("1933"), out var mark).ShouldBeTrue();

        FusionEntry.MadeAt(entry).ShouldBeInRange(before, before + TimeSpan.FromSeconds(30).Ticks);
        FusionEntry.RemovedAt(entry).ShouldBe(0);
        FusionEntry.RemovedAt(mark).ShouldBeInRange(before, before + TimeSpan.FromSeconds(30).Ticks);
    }

    [Fact]
    public async Task What_was_fetched_of_a_tag_while_it_was_removed_does_not_undo_the_removal()
    {
        await using var node = await StartAsync();
        var prices = node.Of<Price>(Smith);
        var keys = new TenantKeys(Smith.Id, TenantKeys.NameOf(typeof(Price)));
        await prices.SetAsync("ruth", new("1"), new() { Tags = ["never removed"] }, Token);
        (await prices.TryGetAsync("ruth", Token)).IsFound.ShouldBeTrue();
        node.Memory.TryGetValue(TenantMemory.MarkLead + keys.Of("never removed"), out var nothing).ShouldBeTrue();
        await prices.RemoveByTagAsync("removed", Token);
        var mark = TenantMemory.MarkLead + keys.Of("removed");
        node.Memory.TryGetValue(mark, out var removal).ShouldBeTrue();

        node.Memory.Set(mark, nothing, TimeSpan.FromHours(1));

        node.Memory.TryGetValue(mark, out var known).ShouldBeTrue();
        known.ShouldBeSameAs(removal);
    }

    private static Task<CacheNode> StartAsync() => CacheNode.StartAsync(options => (options.MaxBytes, options.MaxBytesPerTenant, options.MaxValueBytes) = (Limit, Share, Share / 2));

    private static async Task FillAsync(CacheNode node, Tenant tenant, int count, int from = 0)
    {
        var prices = node.Of<Price>(tenant);
        for (var i = from; i < from + count; i++)
        {
            await prices.SetAsync($"{i}", new(new('x', ValueSize)), cancellationToken: Token);
        }
    }

    private static async Task<int> FindAsync(CacheNode node, Tenant tenant, int count)
    {
        var prices = node.Of<Price>(tenant);
        var found = 0;
        for (var i = 0; i < count; i++)
        {
            found += (await prices.TryGetAsync($"{i}", Token)).IsFound ? 1 : 0;
        }

        return found;
    }
}
