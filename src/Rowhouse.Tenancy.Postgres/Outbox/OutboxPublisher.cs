using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>
/// Writes events beside what a context saves, and wakes the dispatcher of this node once they are committed. What is rolled back wakes
/// nobody; that it would find nothing is what makes that safe.
/// </summary>
internal sealed class OutboxPublisher(EventRegistry registry, OutboxQueue queue, TimeProvider clock) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    // By the context, which knows nothing of it: one that publishes nothing pays a look-up.
    private readonly ConditionalWeakTable<DbContext, Publications> publications = [];

    public bool IsHandled<TEvent>() => registry.IsHandled(typeof(TEvent));

    public void Publish<TEvent>(DbContext context, TEvent happened, TenantId? about)
        where TEvent : class
    {
        var type = registry.Of(typeof(TEvent));
        var now = clock.GetUtcNow();
        var payload = type.Write(happened);
        var mine = publications.GetOrCreateValue(context);
        var id = mine.NextId(now);
        PublishedEvent row = context is TenantDbContext
            ? new HomeEvent { Id = id, Kind = type.Kind, Payload = payload, CreatedAt = now, NotBefore = now }
            : new ControlEvent { Id = id, Kind = type.Kind, Payload = payload, CreatedAt = now, NotBefore = now, TenantId = about?.Value };
        context.Add((object)row);
        mine.Unsaved.Add(row);
        mine.Lanes.Add(context is TenantDbContext tenants ? new(IsControl: false, tenants.BoundTenant.Value) : new(IsControl: true, about?.Value ?? Guid.Empty));
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Saved(eventData.Context);
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Saved(eventData.Context);
        return new(result);
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Committed(eventData.Context);

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Committed(eventData.Context);
        return Task.CompletedTask;
    }

    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => RolledBack(eventData.Context);

    public Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        RolledBack(eventData.Context);
        return Task.CompletedTask;
    }

    private void Saved(DbContext? context)
    {
        if (context is null || !publications.TryGetValue(context, out var mine))
        {
            return;
        }

        // They are written, and nobody asks for them: a context that goes on would keep them, and one that tracks anything cannot begin a transaction of the kernel's.
        foreach (var row in mine.Unsaved)
        {
            context.Entry((object)row).State = EntityState.Detached;
        }

        mine.Unsaved.Clear();
        if (context.Database.CurrentTransaction is null)
        {
            Committed(context);
        }
    }

    private void Committed(DbContext? context)
    {
        if (context is not null && publications.TryGetValue(context, out var mine))
        {
            foreach (var lane in mine.Lanes)
            {
                queue.Wake(lane);
            }

            mine.Lanes.Clear();
        }
    }

    private void RolledBack(DbContext? context)
    {
        if (context is not null && publications.TryGetValue(context, out var mine))
        {
            mine.Lanes.Clear();
        }
    }

    private sealed class Publications
    {
        public List<PublishedEvent> Unsaved { get; } = [];

        public HashSet<OutboxLane> Lanes { get; } = [];

        private Guid last;

        /// <summary>
        /// An id above the one before it, also within a millisecond and where the clock goes back: EF Core writes new rows in the order of
        /// their keys, and the database numbers them as they are written.
        /// </summary>
        public Guid NextId(DateTimeOffset now)
        {
            var fresh = Guid.CreateVersion7(now);
            return last = fresh.CompareTo(last) > 0 && Millisecond(fresh).SequenceCompareTo(Millisecond(last)) > 0 ? fresh : Successor(last);
        }

        private static ReadOnlySpan<byte> Millisecond(Guid id) => id.ToByteArray(bigEndian: true).AsSpan(0, 6);

        // One more in the part that is random and leaves version and variant alone; it does not overflow before 2^56.
        private static Guid Successor(Guid id)
        {
            var bytes = id.ToByteArray(bigEndian: true);
            for (var i = bytes.Length - 1; i > 8 && ++bytes[i] == 0; i--)
            {
            }

            return new(bytes, bigEndian: true);
        }
    }
}
