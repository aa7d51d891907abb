using Rowhouse.Tenancy.Analyzers;

namespace Rowhouse.Tenancy.Tests.Analyzers;

public sealed class UnkeyedCacheTests
{
    [Theory]
    [InlineData("""_ = memory.[|TryGetValue|]("notes", out object? found);""")]
    [InlineData("""memory.[|Set|]("notes", 1);""")]
    [InlineData("""_ = memory.[|Get<int>|]("notes");""")]
    [InlineData("""_ = memory.[|GetOrCreate|]("notes", _ => 1);""")]
    [InlineData("""_ = await memory.[|GetOrCreateAsync|]("notes", _ => Task.FromResult(1));""")]
    [InlineData("""memory.[|Remove|]("notes"); using var entry = memory.[|CreateEntry|]("notes");""")]
    [InlineData("""memory?.[|Set|]("notes", 1);""")]
    [InlineData("""CacheExtensions.[|Set|](memory, "notes", 1);""")]
    [InlineData("""Action<object> forget = memory.[|Remove|]; forget("notes");""")]
    [InlineData("""using var own = new MemoryCache(new MemoryCacheOptions()); own.[|Set|]("notes", 1); own.[|Remove|]("notes");""")]
    [InlineData("""_ = await distributed.[|GetStringAsync|]("notes", cancelled);""")]
    [InlineData("""distributed.[|Set|]("notes", [], new()); distributed.[|Refresh|]("notes"); distributed.[|Remove|]("notes");""")]
    [InlineData("""_ = await hybrid.[|GetOrCreateAsync|]("notes", _ => ValueTask.FromResult(1));""")]
    [InlineData("""await hybrid.[|SetAsync|]("notes", 1); await hybrid.[|RemoveAsync|](["notes"]); await hybrid.[|RemoveByTagAsync|]("notes");""")]
    [InlineData("""_ = await fusion.[|GetOrSetAsync|]("notes", _ => Task.FromResult(1)); await fusion.[|RemoveByTagAsync|]("notes"); fusion.[|Set|]("notes", 1);""")]
    [InlineData("""memory.[|Set|](scope.Tenant.Id.ToString() + ":notes", 1);""")]
    public Task A_cache_is_reported_where_it_takes_a_key(string statement) => Code.IsReportedAsync(Rules.UnkeyedCache, Code.Method(statement, Members).Insert(0, Usings));

    [Theory]
    [InlineData("""((MemoryCache)memory).Compact(1); _ = memory.GetCurrentStatistics(); memory.Dispose();""")]
    [InlineData("""new ServiceCollection().AddMemoryCache().AddDistributedMemoryCache();""")]
    [InlineData("""_ = new Dictionary<string, int>().TryGetValue("notes", out _);""")]
    public Task What_takes_no_key_is_not_reported(string statement) => Code.IsQuietAsync(Usings + Code.Method(statement, Members));

    [Fact]
    public Task Who_puts_the_tenant_in_front_may_use_them() => Code.IsQuietAsync(Usings + """
        public sealed class CountingCache(IMemoryCache inner) : IMemoryCache
        {
            public int Count;
            public bool TryGetValue(object key, out object? value) { Count++; return inner.TryGetValue(key, out value); }
            public ICacheEntry CreateEntry(object key) => inner.CreateEntry(key);
            public void Remove(object key) => inner.Remove(key);
            public void Dispose() { }
        }
        """);

    private const string Usings = """
        using Microsoft.Extensions.Caching.Distributed;
        using Microsoft.Extensions.Caching.Hybrid;
        using Microsoft.Extensions.Caching.Memory;
        using ZiggyCreatures.Caching.Fusion;

        """;

    private const string Members = "private readonly IMemoryCache memory = null!; private readonly IDistributedCache distributed = null!; private readonly HybridCache hybrid = null!; private readonly IFusionCache fusion = null!; private readonly TenantScope scope = null!;";
}
