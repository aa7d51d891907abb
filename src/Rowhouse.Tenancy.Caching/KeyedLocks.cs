using Microsoft.Extensions.Logging;
using ZiggyCreatures.Caching.Fusion.Locking;

namespace Rowhouse.Tenancy.Caching;

/// <summary>
/// Lets one at a time make the value of a name. What it holds is what somebody makes or waits for now: FusionCache's own lock keeps every name that was missed for
/// minutes, of which a tenant could ask for any number.
/// </summary>
internal sealed class KeyedLocks : IFusionCacheMemoryLocker
{
    private readonly Dictionary<string, Holder> holders = new(StringComparer.Ordinal);

    /// <summary>How many names are held or waited for.</summary>
    public int Count
    {
        get
        {
            lock (holders)
            {
                return holders.Count;
            }
        }
    }

    public async ValueTask<object?> AcquireLockAsync(string cacheName, string cacheInstanceId, string operationId, string key, TimeSpan timeout, ILogger? logger, CancellationToken token)
    {
        var holder = Join(key);
        var isMine = false;
        try
        {
            return (isMine = await holder.Turn.WaitAsync(timeout, token).ConfigureAwait(false)) ? holder : null;
        }
        finally
        {
            if (!isMine)
            {
                Leave(key, holder);
            }
        }
    }

    public object? AcquireLock(string cacheName, string cacheInstanceId, string operationId, string key, TimeSpan timeout, ILogger? logger, CancellationToken token)
    {
        var holder = Join(key);
        var isMine = false;
        try
        {
            return (isMine = holder.Turn.Wait(timeout, token)) ? holder : null;
        }
        finally
        {
            if (!isMine)
            {
                Leave(key, holder);
            }
        }
    }

    public void ReleaseLock(string cacheName, string cacheInstanceId, string operationId, string key, object? lockObj, ILogger? logger)
    {
        if (lockObj is Holder holder)
        {
            holder.Turn.Release();
            Leave(key, holder);
        }
    }

    // Nobody waits on a semaphore's handle, so none has anything to let go of.
    public void Dispose()
    {
    }

    private Holder Join(string key)
    {
        lock (holders)
        {
            if (!holders.TryGetValue(key, out var holder))
            {
                holders.Add(key, holder = new());
            }

            holder.Count++;
            return holder;
        }
    }

    private void Leave(string key, Holder holder)
    {
        lock (holders)
        {
            if (--holder.Count == 0)
            {
                holders.Remove(key);
            }
        }
    }

    private sealed class Holder
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        /// <summary>Who has it and who waits for it.</summary>
        public int Count { get; set; }
    }
}
