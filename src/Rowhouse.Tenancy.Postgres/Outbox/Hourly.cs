using System.Collections.Concurrent;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>What this node does once an hour for a key at most. Bounded: of very many keys some come sooner.</summary>
internal sealed class Hourly<TKey>(TimeProvider clock)
    where TKey : notnull
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<TKey, long> last = [];

    /// <summary>Whether it is to be done now; who is told so does it.</summary>
    public bool IsDue(TKey key)
    {
        var now = clock.GetTimestamp();
        if (last.TryGetValue(key, out var before) && clock.GetElapsedTime(before, now) < TimeSpan.FromHours(1))
        {
            return false;
        }

        if (last.Count >= Most)
        {
            last.Clear();
        }

        last[key] = now;
        return true;
    }

    /// <summary>Lets it be due again: it was not done to its end.</summary>
    public void Reset(TKey key) => last.TryRemove(key, out _);
}
