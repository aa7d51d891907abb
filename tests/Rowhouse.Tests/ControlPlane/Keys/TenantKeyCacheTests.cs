using Microsoft.Extensions.Time.Testing;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Keys;

public sealed class TenantKeyCacheTests
{
    private readonly FakeTimeProvider clock = new();
    private int loads;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_many_who_ask_at_once_one_looks_and_who_gives_up_stops_it_for_nobody()
    {
        using var cache = new TenantKeyCache(clock);
        var tenant = TenantId.New(clock);
        var loading = new TaskCompletionSource();
        using var impatient = new CancellationTokenSource();
        var gaveUp = cache.GetOrLoadAsync(tenant, LoadAsync, impatient.Token);
        var others = Enumerable.Range(0, 8).Select(_ => cache.GetOrLoadAsync(tenant, LoadAsync, Token)).ToList();

        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => gaveUp);
        loading.SetResult();

        (await Task.WhenAll(others)).Distinct().ShouldHaveSingleItem();
        loads.ShouldBe(1);

        async Task<IReadOnlyList<TenantKey>> LoadAsync(CancellationToken cancellationToken)
        {
            await loading.Task.WaitAsync(cancellationToken);
            return Key(tenant);
        }
    }

    [Fact]
    public async Task A_key_is_kept_for_a_minute_and_does_not_stay_when_nobody_asks()
    {
        using var cache = new TenantKeyCache(clock);
        var tenant = TenantId.New(clock);
        await GetAsync(cache, tenant);
        clock.Advance(TimeSpan.FromSeconds(59));
        await GetAsync(cache, tenant);
        loads.ShouldBe(1);

        clock.Advance(TimeSpan.FromSeconds(1));
        cache.Count.ShouldBe(0);
        await GetAsync(cache, tenant);

        loads.ShouldBe(2);
    }

    [Fact]
    public async Task What_was_not_found_is_looked_for_again()
    {
        using var cache = new TenantKeyCache(clock);
        var tenant = TenantId.New(clock);

        await Should.ThrowAsync<TimeoutException>(() => cache.GetOrLoadAsync(tenant, _ => Task.FromException<IReadOnlyList<TenantKey>>(new TimeoutException()), Token));

        (await GetAsync(cache, tenant)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_is_forgotten_while_it_is_loaded_is_not_kept()
    {
        using var cache = new TenantKeyCache(clock);
        var tenant = TenantId.New(clock);
        var loading = new TaskCompletionSource();
        var first = cache.GetOrLoadAsync(
            tenant,
            async cancelled =>
            {
                await loading.Task.WaitAsync(cancelled);
                return Key(tenant);
            },
            Token);

        cache.Forget(tenant);
        loading.SetResult();
        await first;
        await GetAsync(cache, tenant);

        loads.ShouldBe(2);
    }

    [Fact]
    public async Task It_is_bounded_and_lets_the_oldest_go()
    {
        using var cache = new TenantKeyCache(clock, capacity: 100);
        var tenants = Enumerable.Range(0, 300).Select(_ => TenantId.New(clock)).ToList();
        foreach (var tenant in tenants)
        {
            await GetAsync(cache, tenant);
            clock.Advance(TimeSpan.FromMilliseconds(1));
            cache.Count.ShouldBeLessThanOrEqualTo(100);
        }

        loads.ShouldBe(300);
        await GetAsync(cache, tenants[^1]);
        loads.ShouldBe(300);
        await GetAsync(cache, tenants[0]);
        loads.ShouldBe(301);
    }

    private Task<IReadOnlyList<TenantKey>> GetAsync(TenantKeyCache cache, TenantId tenant) => cache.GetOrLoadAsync(tenant, _ => Task.FromResult(Key(tenant)), Token);

    private IReadOnlyList<TenantKey> Key(TenantId tenant)
    {
        loads++;
        return [new(tenant, 1, new byte[Envelope.KeyLength])];
    }
}
