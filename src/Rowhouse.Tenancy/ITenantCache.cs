namespace Rowhouse.Tenancy;

/// <summary>
/// What is kept of a tenant's values of one type, so that they need not be made again. It belongs to the tenant of its scope:
/// no key and no tag reaches another tenant's values, or values of another type. Safe for any number of threads.
/// </summary>
/// <remarks>
/// A cache may lose a value at any time: it is for what can be made again. Two readers may be given the same object, so let it be immutable;
/// on its way to other nodes it goes through System.Text.Json, so let that keep all of it. Where the tenant is not bound, every member throws.
/// </remarks>
/// <typeparam name="T">The type of the values: one of your own, which nobody else keeps values of. A nullable one may be <see langword="null"/>, and that is kept too.</typeparam>
/// <exception cref="TenantNotBoundException">The scope has no tenant; the message names the place that asked.</exception>
public interface ITenantCache<T>
{
    /// <summary>
    /// The value under a key, or where there is none the one that is made now. Of many on this node who ask at once, one makes it and the others wait.
    /// What was made while its key or a tag of it was removed is given to those who asked, and not kept.
    /// </summary>
    /// <param name="key">What distinguishes it from the tenant's other values of this type; any text.</param>
    /// <param name="make">Makes it. What it throws reaches the caller unchanged, and nothing is kept.</param>
    /// <param name="entry">How long it is kept, and its tags; five minutes and none by default.</param>
    /// <param name="cancellationToken">Is given to <paramref name="make"/>.</param>
    /// <returns>The value.</returns>
    /// <exception cref="TenantCacheValueException">What was made cannot be written as JSON.</exception>
    ValueTask<T> GetOrSetAsync(string key, Func<CancellationToken, Task<T>> make, TenantCacheEntry? entry = null, CancellationToken cancellationToken = default);

    /// <summary>The value under a key, if there is one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>The value, or that there is none.</returns>
    ValueTask<CachedValue<T>> TryGetAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Puts a value under a key, in place of what is there on any node. Prefer <see cref="GetOrSetAsync"/>, which notices when a value has become old while it was made.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="entry">How long it is kept, and its tags; five minutes and none by default.</param>
    /// <param name="cancellationToken">Stops before it is put there.</param>
    /// <exception cref="TenantCacheValueException">The value cannot be written as JSON; what was there stays.</exception>
    ValueTask SetAsync(string key, T value, TenantCacheEntry? entry = null, CancellationToken cancellationToken = default);

    /// <summary>Removes the value under a key, on every node.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Stops before it is removed.</param>
    ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Removes the tenant's values of this type that have a tag, on every node.</summary>
    /// <param name="tag">The tag; any text.</param>
    /// <param name="cancellationToken">Stops before they are removed.</param>
    ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>Removes all of the tenant's values of this type, on every node.</summary>
    /// <param name="cancellationToken">Stops before they are removed.</param>
    ValueTask ClearAsync(CancellationToken cancellationToken = default);
}

/// <summary>All that is kept of a tenant's values, whatever their type: for who changes or erases a tenant as a whole. Belongs to the tenant of its scope, like <see cref="ITenantCache{T}"/>.</summary>
public interface ITenantCache
{
    /// <summary>Removes all of the tenant's values, on every node.</summary>
    /// <param name="cancellationToken">Stops before they are removed.</param>
    /// <exception cref="TenantNotBoundException">The scope has no tenant; the message names the place that asked.</exception>
    ValueTask ClearAsync(CancellationToken cancellationToken = default);
}

/// <summary>How a value is kept.</summary>
public sealed record TenantCacheEntry
{
    /// <summary>The longest time that a value can be kept: a day.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(1);

    /// <summary>How long it is kept at most, from when it was made. It is not prolonged by being read.</summary>
    /// <value>Five minutes by default; more than nothing and at most <see cref="MaxDuration"/>.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is set to something else.</exception>
    public TimeSpan Duration
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxDuration);
            field = value;
        }
    } = TimeSpan.FromMinutes(5);

    /// <summary>What it can be removed by, beside its key. Each costs a look-up whenever the value is read.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>What a look into the cache found. <see langword="default"/> is that there is nothing.</summary>
/// <param name="IsFound">Whether there is a value; <see langword="null"/> may be one.</param>
/// <param name="Value">The value.</param>
/// <typeparam name="T">Its type.</typeparam>
public readonly record struct CachedValue<T>(bool IsFound, T? Value);

/// <summary>A value cannot be kept, because System.Text.Json cannot write it.</summary>
/// <param name="message">Which type, and why.</param>
/// <param name="innerException">What the serializer said.</param>
public sealed class TenantCacheValueException(string message, Exception innerException) : InvalidOperationException(message, innerException);
