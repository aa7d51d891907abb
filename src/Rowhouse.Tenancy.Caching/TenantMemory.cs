using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;
using ZiggyCreatures.Caching.Fusion;

namespace Rowhouse.Tenancy.Caching;

/// <summary>
/// What a node keeps in memory: a part for each tenant. A part that grows over its share gives up its own least recently used values;
/// when all parts together are too much, the least recently used tenants lose theirs until a tenth is free. So a tenant takes at most its share and that tenth from others.
/// </summary>
/// <remarks>
/// Beside values a part holds marks: when a tag was removed. Values are given up alone, marks only together with every value of their
/// tenant. Otherwise a value could outlive the knowledge that it was removed. For the same reason a value is not taken in that began
/// to be made, here or on another node, before it was removed.
/// </remarks>
/// <param name="limit">How many bytes all tenants may have.</param>
/// <param name="share">How many one tenant may have.</param>
/// <param name="clock">When values expire.</param>
internal sealed class TenantMemory(long limit, long share, TimeProvider clock) : IMemoryCache
{
    /// <summary>What the tags' marks begin with, before the tag.</summary>
    public const string MarkLead = FusionCacheInternalStrings.DefaultTagCacheKeyPrefix;

    /// <summary>What an entry takes beside its name and its value, measured.</summary>
    private const long Overhead = 900;

    // Where something is given up, a little more is, so that not every entry has to make room for itself.
    private const double Room = 0.9;

    private readonly ConcurrentDictionary<Guid, Part> parts = new();
    private readonly Moments removals = new();
    private readonly Lock droppingTenants = new();
    private long size;

    /// <summary>How many bytes are kept.</summary>
    public long Size => Interlocked.Read(ref size);

    /// <summary>How many entries are kept, expired ones included that nobody asked for since.</summary>
    public int Count => parts.Values.Sum(part => part.Entries.Count);

    /// <inheritdoc/>
    public bool TryGetValue(object key, out object? value)
    {
        var now = clock.GetUtcNow();
        if (parts.TryGetValue(OwnerOf((string)key), out var part) && part.Entries.TryGetValue((string)key, out var entry) && entry.AbsoluteExpiration > now)
        {
            part.Used = entry.Used = now.UtcTicks;
            value = entry.Value;
            return true;
        }

        value = null;
        return false;
    }

    /// <summary>Notes that a value is being removed; then it is, by <see cref="Remove(object)"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ticks">When, by the clock of the node that removes it.</param>
    public void NoteRemoval(string name, long ticks) => removals.Note(name, ticks);

    /// <inheritdoc/>
    public ICacheEntry CreateEntry(object key) => new Entry(this, (string)key);

    /// <inheritdoc/>
    public void Remove(object key)
    {
        if (parts.TryGetValue(OwnerOf((string)key), out var part))
        {
            lock (part)
            {
                Remove(part, (string)key);
                if (part.Entries.IsEmpty)
                {
                    Drop(part);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => parts.Clear();

    private static bool IsMark(string key) => key.StartsWith(MarkLead, StringComparison.Ordinal);

    private static Guid OwnerOf(string key) => TenantKeys.OwnerOf(IsMark(key) ? key.AsSpan(MarkLead.Length) : key);

    private void Keep(Entry entry)
    {
        while (!TryKeep(parts.GetOrAdd(OwnerOf(entry.Key), static owner => new(owner)), entry))
        {
        }

        if (Size > limit)
        {
            DropTenants();
        }
    }

    private bool TryKeep(Part part, Entry entry)
    {
        lock (part)
        {
            if (part.IsDropped)
            {
                return false;
            }

            if (IsMark(entry.Key)
                ? part.Entries.TryGetValue(entry.Key, out var known) && FusionEntry.RemovedAt(known.Value) > FusionEntry.RemovedAt(entry.Value)
                : removals.AnySince(entry.Key, FusionEntry.MadeAt(entry.Value)))
            {
                return true;        // It was being made or fetched while it was removed, and comes too late.
            }

            Remove(part, entry.Key);
            part.Used = entry.Used = clock.GetUtcNow().UtcTicks;
            part.Entries[entry.Key] = entry;
            Grow(part, entry.Bytes);
            if (part.Size > share)
            {
                Trim(part, share * Room);
            }

            return true;
        }
    }

    /// <summary>Gives up a part's values, the least recently used first, until it is so small; all of it, where its marks alone are larger.</summary>
    private void Trim(Part part, double target)
    {
        var now = clock.GetUtcNow();
        foreach (var entry in part.Entries.Values.Where(entry => !IsMark(entry.Key)).OrderBy(entry => entry.AbsoluteExpiration > now).ThenBy(entry => entry.Used))
        {
            Remove(part, entry.Key);
            if (part.Size <= target)
            {
                return;
            }
        }

        Drop(part);
    }

    private void DropTenants()
    {
        lock (droppingTenants)
        {
            foreach (var part in parts.Values.OrderBy(part => part.Used))
            {
                lock (part)
                {
                    if (Size - (limit * Room) is var excess && excess <= 0)
                    {
                        return;
                    }

                    Trim(part, part.Size - excess);
                }
            }
        }
    }

    private void Drop(Part part)
    {
        if (!part.IsDropped)
        {
            part.IsDropped = true;
            parts.TryRemove(new(part.Owner, part));
            part.Entries.Clear();
            Grow(part, -part.Size);
        }
    }

    private void Remove(Part part, string key)
    {
        if (part.Entries.TryRemove(key, out var entry))
        {
            Grow(part, -entry.Bytes);
        }
    }

    private void Grow(Part part, long bytes)
    {
        part.Size += bytes;
        Interlocked.Add(ref size, bytes);
    }

    /// <summary>What is kept of one tenant. Changed by who holds its lock, read by everybody.</summary>
    private sealed class Part(Guid owner)
    {
        public Guid Owner => owner;

        public ConcurrentDictionary<string, Entry> Entries { get; } = new(concurrencyLevel: 1, capacity: 7, StringComparer.Ordinal);

        public long Size { get; set; }

        public long Used { get; set; }

        public bool IsDropped { get; set; }
    }

    private sealed class Entry(TenantMemory memory, string key) : ICacheEntry
    {
        public string Key => key;

        object ICacheEntry.Key => key;

        public object? Value { get; set; }

        public DateTimeOffset? AbsoluteExpiration { get; set; }

        public TimeSpan? AbsoluteExpirationRelativeToNow { get; set; }

        public TimeSpan? SlidingExpiration { get; set; }

        public IList<IChangeToken> ExpirationTokens => field ??= [];

        public IList<PostEvictionCallbackRegistration> PostEvictionCallbacks => field ??= [];

        public CacheItemPriority Priority { get; set; }

        public long? Size { get; set; }

        public long Bytes => 2 * (Size ?? 0) + 2 * key.Length + Overhead;      // text has two bytes for a character of JSON

        public long Used { get; set; }

        public void Dispose()
        {
            memory.Keep(this);
        }
    }
}
