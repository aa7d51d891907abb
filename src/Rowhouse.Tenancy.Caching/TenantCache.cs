namespace Rowhouse.Tenancy.Caching;

/// <summary>The cache of the scope's tenant.</summary>
internal sealed class TenantCache<T> : ITenantCache<T>
{
    private static readonly string type = TenantKeys.NameOf(typeof(T));
    private static readonly TenantCacheEntry usual = new();

    private readonly TenantScope scope;
    private readonly SharedCache cache;
    private TenantKeys? keys;

    public TenantCache(TenantScope scope, SharedCache cache)
    {
        // Everybody's types are nobody's: two products could keep different things under one key.
        if ((typeof(T).IsArray ? typeof(T).GetElementType() : typeof(T))?.Namespace is { } place && (place == "System" || place.StartsWith("System.", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"{typeof(T)} is everybody's, so others may keep different values under the same keys. Cache a type of your own, for example a record that holds it.");
        }

        this.scope = scope;
        this.cache = cache;
    }

    private TenantKeys Keys => keys ??= new(scope.Tenant.Id, type);

    public ValueTask<T> GetOrSetAsync(string key, Func<CancellationToken, Task<T>> make, TenantCacheEntry? entry = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(make);
        entry ??= usual;
        return cache.GetOrSetAsync(Keys.Of(key), make, entry.Duration, Keys.Tags(entry.Tags), cancellationToken);
    }

    public ValueTask<CachedValue<T>> TryGetAsync(string key, CancellationToken cancellationToken = default) => cache.TryGetAsync<T>(Keys.Of(key), cancellationToken);

    public ValueTask SetAsync(string key, T value, TenantCacheEntry? entry = null, CancellationToken cancellationToken = default)
    {
        entry ??= usual;
        return cache.SetAsync(Keys.Of(key), value, entry.Duration, Keys.Tags(entry.Tags), cancellationToken);
    }

    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default) => cache.RemoveAsync(Keys.Of(key), cancellationToken);

    public ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => cache.RemoveByTagAsync(Keys.Of(tag), cancellationToken);

    public ValueTask ClearAsync(CancellationToken cancellationToken = default) => cache.RemoveByTagAsync(Keys.TypeTag, cancellationToken);
}

/// <summary>Everything that is cached of the scope's tenant.</summary>
internal sealed class TenantCache(TenantScope scope, SharedCache cache) : ITenantCache
{
    public ValueTask ClearAsync(CancellationToken cancellationToken = default) => cache.RemoveByTagAsync(TenantKeys.TagOf(scope.Tenant.Id), cancellationToken);
}
