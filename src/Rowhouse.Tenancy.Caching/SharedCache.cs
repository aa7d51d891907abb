using System.Text.Json;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Logging;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane;
using ZiggyCreatures.Caching.Fusion.Backplane.StackExchangeRedis;
using ZiggyCreatures.Caching.Fusion.Events;
using ZiggyCreatures.Caching.Fusion.Serialization.SystemTextJson;

namespace Rowhouse.Tenancy.Caching;

/// <summary>The node's cache, which all tenants share below their own keys: FusionCache over a memory with a share for each tenant, and over Redis where there is one.</summary>
internal sealed partial class SharedCache : IDisposable
{
    /// <summary>How long Redis may take to answer.</summary>
    private static readonly TimeSpan redisTimeout = TimeSpan.FromMilliseconds(300);

    /// <summary>How long Redis is left alone after it failed. Meanwhile misses cost nothing more.</summary>
    private static readonly TimeSpan redisPause = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions json = new() { IncludeFields = true };

    private readonly long maxValueBytes;
    private readonly Moments removals = new();
    private readonly TenantMemory memory;
    private readonly FusionCache cache;
    private readonly ILogger<SharedCache> logger;
    private readonly TaskCompletionSource hearing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isUsed;

    /// <summary>Sets the cache up; connecting to Redis begins, and is not waited for.</summary>
    /// <param name="options">How much it keeps.</param>
    /// <param name="redis">The node's connection to Redis, where there is one.</param>
    /// <param name="logger">Where failures are logged.</param>
    public SharedCache(TenantCacheOptions options, RedisLink? redis, ILogger<SharedCache> logger)
    {
        maxValueBytes = options.MaxValueBytes;
        this.logger = logger;
        memory = new(options.MaxBytes, options.MaxBytesPerTenant, TimeProvider.System);
        cache = new(Settings(options), memory, memoryLocker: Locks);        // without logs: it tells of every call, and with every failure of Redis again, keys and all
        cache.Events.Distributed.DeserializationError += (_, failed) => Unreadable(logger, TenantKeys.TypeOf(failed.Key));
        cache.Events.Backplane.MessageReceived += Hear;
        if (redis is not null)
        {
            redis.Restored += (_, _) => Distrust();
            cache.SetupDistributedCache(
                new RedisCache(new RedisCacheOptions { ConnectionMultiplexerFactory = redis.GetAsync, InstanceName = $"{options.Prefix}:" }),
                new FusionCacheSystemTextJsonSerializer(json));
            cache.SetupBackplane(new ListeningBackplane(new RedisBackplane(new RedisBackplaneOptions { ConnectionMultiplexerFactory = redis.GetAsync }), BeginToHear));
        }
    }

    /// <summary>Ends when this node hears what others remove, or when it has asked to as soon as there is Redis.</summary>
    public Task Hearing => hearing.Task;

    /// <summary>Who makes a value now.</summary>
    public KeyedLocks Locks { get; } = new();

    /// <summary>What is kept in memory.</summary>
    public TenantMemory Memory => memory;

    // The system's clock as FusionCache reads it, with whose times this is compared.
    private static long Now => TimeProvider.System.GetUtcNow().UtcTicks;

    /// <summary>The value of a name, or the one that is made now.</summary>
    /// <param name="name">The name.</param>
    /// <param name="make">Makes it.</param>
    /// <param name="duration">How long it is kept.</param>
    /// <param name="tags">The tags' names.</param>
    /// <param name="cancellationToken">For <paramref name="make"/>. Waiting for it is never given up before it is: it works with services of the caller's.</param>
    public async ValueTask<T> GetOrSetAsync<T>(string name, Func<CancellationToken, Task<T>> make, TimeSpan duration, string[] tags, CancellationToken cancellationToken)
    {
        isUsed = true;
        var isMade = false;
        var value = await GetOrSetAsync(Entry(duration)).ConfigureAwait(false);
        return isMade || IsCurrent(name) ? value : await GetOrSetAsync(Entry(duration).SetSkipDistributedCacheRead(true)).ConfigureAwait(false);

        ValueTask<T> GetOrSetAsync(FusionCacheEntryOptions entry) => cache.GetOrSetAsync<T>(
            name,
            async (context, _) =>
            {
                var begun = Now;
                var made = await make(cancellationToken).ConfigureAwait(false);
                isMade = true;
                var bytes = Measure(made);
                context.Options = Entry(duration, bytes);
                if (!Fits<T>(bytes) || removals.MayHaveSince(name, begun) || Array.Exists(tags, tag => removals.MayHaveSince(tag, begun)))
                {
                    context.Options.SetSkipMemoryCacheWrite(true).SetSkipDistributedCacheWrite(true, true);
                }

                return made;
            },
            default,
            entry,
            tags,
            CancellationToken.None);
    }

    /// <summary>The value of a name, if there is one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public async ValueTask<CachedValue<T>> TryGetAsync<T>(string name, CancellationToken cancellationToken)
    {
        isUsed = true;
        var found = await cache.TryGetAsync<T>(name, Entry(TenantCacheEntry.MaxDuration), cancellationToken).ConfigureAwait(false);
        return found.HasValue && IsCurrent(name) ? new(IsFound: true, found.Value) : default;
    }

    /// <summary>Puts a value under a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    /// <param name="duration">How long it is kept.</param>
    /// <param name="tags">The tags' names.</param>
    /// <param name="cancellationToken">Stops before it is put there.</param>
    public async ValueTask SetAsync<T>(string name, T value, TimeSpan duration, string[] tags, CancellationToken cancellationToken)
    {
        isUsed = true;
        var bytes = Measure(value);
        await RemoveAsync(name, cancellationToken).ConfigureAwait(false);
        if (Fits<T>(bytes))
        {
            await cache.SetAsync(name, value, Heard(Entry(duration, bytes)), tags, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the value of a name, on every node.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Stops before it is removed.</param>
    public async ValueTask RemoveAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = Now;
        removals.Note(name, now);
        memory.NoteRemoval(name, now);
        await cache.RemoveAsync(name, Heard(Entry(TenantCacheEntry.MaxDuration)), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Removes the values of a tag, on every node.</summary>
    /// <param name="tag">The tag's name.</param>
    /// <param name="cancellationToken">Stops before they are removed.</param>
    public async ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        removals.Note(tag, Now);
        await cache.RemoveByTagAsync(tag, Mark(), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>This node hears from now on what others remove. What is in Redis it can rely on, but on nothing that it made or fetched before.</summary>
    public void BeginToHear()
    {
        if (isUsed)
        {
            Distrust();
        }

        hearing.TrySetResult();
    }

    /// <summary>Ends the cache, not the connection.</summary>
    public void Dispose()
    {
        cache.Dispose();
        memory.Dispose();
    }

    private static FusionCacheOptions Settings(TenantCacheOptions options) => new()
    {
        CacheName = "rowhouse",
        BackplaneChannelPrefix = options.Prefix,
        DistributedCacheCircuitBreakerDuration = redisPause,
        BackplaneCircuitBreakerDuration = redisPause,
        AutoRecoveryDelay = TimeSpan.FromSeconds(1),

        // What could not be told to Redis, to be told when it is back. The oldest go first.
        AutoRecoveryMaxItems = 10_000,
        TagsDefaultEntryOptions = Mark(),
        EnableSyncEventHandlersExecution = true,
        EnableBestPracticesAdvisor = false,
        DefaultEntryOptions = Entry(TenantCacheEntry.MaxDuration),
    };

    // Fail-safe stays off: it would bring back values that are over or were removed. Redis is told in the background, since nobody waits for what was made to arrive there.
    private static FusionCacheEntryOptions Entry(TimeSpan duration, long? bytes = null) => new()
    {
        Duration = duration,
        Size = bytes,
        DistributedCacheHardTimeout = redisTimeout,
        AllowBackgroundDistributedCacheOperations = true,
        ReThrowSerializationExceptions = false,
    };

    // What others have to hear of is done when Redis has it, or is known to be away: then it is told later, for as long as there may be a value.
    private static FusionCacheEntryOptions Heard(FusionCacheEntryOptions entry)
    {
        entry.AllowBackgroundDistributedCacheOperations = false;
        entry.AllowBackgroundBackplaneOperations = false;
        return entry;
    }

    // A mark outlives every value. While its tag's last removal cannot be fetched, what is known of it counts: hence fail-safe.
    private static FusionCacheEntryOptions Mark()
    {
        var mark = Heard(Entry(2 * TenantCacheEntry.MaxDuration, bytes: 0));
        mark.IsFailSafeEnabled = true;
        mark.FailSafeMaxDuration = mark.Duration;
        return mark;
    }

    private static long Measure<T>(T value)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(value, json).Length;
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException)     // NaN and infinity are the last
        {
            throw new TenantCacheValueException($"{typeof(T)} cannot be cached, because it cannot be written as JSON: {exception.Message}", exception);
        }
    }

    private bool Fits<T>(long bytes)
    {
        if (bytes <= maxValueBytes)
        {
            return true;
        }

        TooLarge(logger, typeof(T), bytes, maxValueBytes);
        return false;
    }

    // Before FusionCache does what the message says.
    private void Hear(object? sender, FusionCacheBackplaneMessageEventArgs heard)
    {
        if (heard.Message.CacheKey is not { } name)
        {
            return;
        }

        if (name.StartsWith(TenantMemory.MarkLead, StringComparison.Ordinal))
        {
            removals.Note(name[TenantMemory.MarkLead.Length..], Now);
        }
        else if (heard.Message.Action is BackplaneMessageAction.EntrySet)
        {
            // There is a newer one, to be fetched by who wants it. FusionCache would change the older one in its place, where nobody counts how large it becomes.
            memory.NoteRemoval(name, heard.Message.Timestamp - 1);
            memory.Remove(name);
        }
        else
        {
            removals.Note(name, Now);
            memory.NoteRemoval(name, heard.Message.Timestamp);
        }
    }

    // Memory takes in whatever comes from Redis, except what was removed after it was made: that came to Redis late, from a node that was making it meanwhile.
    private bool IsCurrent(string name) => memory.TryGetValue(name, out _);

    /// <summary>Holds everything for over that was made until now, on this node alone: what others removed meanwhile was not heard.</summary>
    private void Distrust() => cache.Clear(allowFailSafe: true, Mark().SetSkipDistributedCacheWrite(true, true), CancellationToken.None);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A value of {Type} has {Bytes} bytes as JSON and is not cached: at most {MaxBytes} are")]
    private static partial void TooLarge(ILogger logger, Type type, long bytes, long maxBytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A value of {Type} in Redis cannot be read and counts as none. Either the type has changed since, or System.Text.Json writes it and cannot read it")]
    private static partial void Unreadable(ILogger logger, string type);
}
