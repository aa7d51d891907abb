using System.Collections.Concurrent;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;

namespace Rowhouse.ControlPlane.Keys;

/// <summary>
/// Keys that were unwrapped a moment ago. Bounded, and each for a minute at most, so that a key that another server destroyed is soon gone here as well. Of many
/// who ask for a tenant at once one looks; what it cannot find is not kept.
/// </summary>
internal sealed class TenantKeyCache : IDisposable
{
    /// <summary>For how long a key is kept.</summary>
    public static readonly TimeSpan Trust = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<TenantId, Entry> known = new();
    private readonly TimeProvider clock;
    private readonly int capacity;
    private readonly ITimer timer;

    public TenantKeyCache(TimeProvider clock)
        : this(clock, capacity: 10_000)
    {
    }

    internal TenantKeyCache(TimeProvider clock, int capacity)
    {
        this.clock = clock;
        this.capacity = capacity;

        // What nobody asks for must not stay either.
        timer = clock.CreateTimer(_ => Sweep(), state: null, Trust / 2, Trust / 2);
    }

    public int Count => known.Count;

    public async Task<IReadOnlyList<TenantKey>> GetOrLoadAsync(TenantId tenant, Func<CancellationToken, Task<IReadOnlyList<TenantKey>>> load, CancellationToken cancellationToken)
    {
        while (true)
        {
            var entry = known.TryGetValue(tenant, out var found) ? found : Add(tenant, load);
            if (!IsOver(entry))
            {
                try
                {
                    // Whoever gives up does not stop it for the others.
                    return await entry.Keys.WaitAsync(cancellationToken);
                }
                catch
                {
                    if (entry.Keys.IsFaulted)
                    {
                        known.TryRemove(new(tenant, entry));
                    }

                    throw;
                }
            }

            known.TryRemove(new(tenant, entry));
        }
    }

    /// <summary>Forgets a tenant's keys; also those that somebody is just loading, who is given them and no one after.</summary>
    public void Forget(TenantId tenant) => known.TryRemove(tenant, out _);

    public void Dispose()
    {
        timer.Dispose();
        known.Clear();
    }

    private Entry Add(TenantId tenant, Func<CancellationToken, Task<IReadOnlyList<TenantKey>>> load)
    {
        if (known.Count >= capacity)
        {
            Shrink();
        }

        return known.GetOrAdd(tenant, _ => new(load, clock.GetTimestamp()));
    }

    private bool IsOver(Entry entry) => clock.GetElapsedTime(entry.Since) >= Trust;

    private void Sweep()
    {
        foreach (var pair in known.Where(pair => IsOver(pair.Value)))
        {
            known.TryRemove(pair);
        }
    }

    private void Shrink()
    {
        Sweep();
        foreach (var pair in known.OrderBy(pair => pair.Value.Since).Take(known.Count - (capacity / 4 * 3)))
        {
            known.TryRemove(pair);
        }
    }

    private sealed class Entry(Func<CancellationToken, Task<IReadOnlyList<TenantKey>>> load, long since)
    {
        private readonly Lazy<Task<IReadOnlyList<TenantKey>>> keys = new(() => load(CancellationToken.None));

        public long Since { get; } = since;

        public Task<IReadOnlyList<TenantKey>> Keys => keys.Value;
    }
}
