using System.Collections.Concurrent;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Tells who waits on this server for an operation that it has stopped here. Of one that another server works on nobody hears: look now and then.</summary>
internal sealed class OperationStops
{
    private readonly ConcurrentDictionary<Listener, TenantId> listeners = new();

    /// <summary>Tells that an operation on a tenant has come to its end, or waits for somebody.</summary>
    public void Tell(TenantId tenant)
    {
        foreach (var (listener, listensTo) in listeners)
        {
            if (listensTo == tenant)
            {
                listener.Signal.Set();
            }
        }
    }

    /// <summary>Listens from now on.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="signal">Set each time that an operation on it has stopped.</param>
    /// <returns>Ends it.</returns>
    public IDisposable Listen(TenantId tenant, WorkSignal signal)
    {
        var listener = new Listener(this, signal);
        listeners[listener] = tenant;
        return listener;
    }

    private sealed class Listener(OperationStops stops, WorkSignal signal) : IDisposable
    {
        public WorkSignal Signal => signal;

        public void Dispose() => stops.listeners.TryRemove(this, out _);
    }
}
