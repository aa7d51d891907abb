using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>
/// Writes events beside what a context saves, and wakes the dispatcher of this node once they are committed. What is rolled back wakes
/// nobody; that it would find nothing is what makes that safe.
/// </summary>
internal sealed class OutboxPublisher(EventRegistry registry, OutboxQueue queue, TimeProvider clock) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    // By the context, which knows nothing of it: one that publishes nothing pays a look-up.
    private readonly ConditionalWeakTable<DbContext, Publications> publications = [];

    // By what commits what was saved, which may be another context's transaction. The driver uses its transactions again: who finds lanes of one that was thrown
    // away wakes them for nothing.
    private readonly ConditionalWeakTable<DbTransaction, HashSet<OutboxLane>> saved = [];

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
        mine.Unsaved.Add((row, context is TenantDbContext tenants ? new(IsControl: false, tenants.BoundTenant.Value) : new(IsControl: true, about?.Value ?? Guid.Empty)));
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

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Ended(transaction, isUndone: false);

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Ended(transaction, isUndone: false);
        return Task.CompletedTask;
    }

    // Whether it has committed nobody knows.
    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Ended(transaction, isUndone: false);

    public Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Ended(transaction, isUndone: false);
        return Task.CompletedTask;
    }

    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => Ended(transaction, isUndone: true);

    public Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Ended(transaction, isUndone: true);
        return Task.CompletedTask;
    }

    private void Saved(DbContext? context)
    {
        if (context is null || !publications.TryGetValue(context, out var mine))
        {
            return;
        }

        // They are written, and nobody asks for them: a context that goes on would keep them, and one that tracks anything cannot begin a transaction of the kernel's.
        var transaction = context.Database.CurrentTransaction?.GetDbTransaction();
        foreach (var (row, lane) in mine.Unsaved)
        {
            context.Entry((object)row).State = EntityState.Detached;
            if (transaction is null)
            {
                queue.Wake(lane);
            }
            else
            {
                saved.GetOrCreateValue(transaction).Add(lane);
            }
        }

        mine.Unsaved.Clear();
    }

    private void Ended(DbTransaction transaction, bool isUndone)
    {
        if (!saved.TryGetValue(transaction, out var lanes))
        {
            return;
        }

        saved.Remove(transaction);
        if (!isUndone)
        {
            foreach (var lane in lanes)
            {
                queue.Wake(lane);
            }
        }
    }

    private sealed class Publications
    {
        public List<(PublishedEvent Row, OutboxLane Lane)> Unsaved { get; } = [];

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
