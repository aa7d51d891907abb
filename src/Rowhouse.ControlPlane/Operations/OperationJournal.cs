using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>What is written of an operation while somebody works on it: by whoever has its token, and nobody else.</summary>
internal sealed class OperationJournal(IDbContextFactory<PlatformDbContext> contexts, TimeProvider clock)
{
    /// <summary>Records that the next step is begun.</summary>
    public async Task<OperationAttempt> BeginAsync(OperationLease lease, string name, CancellationToken cancellationToken)
    {
        var operation = lease.Operation;
        OperationAttempt? begun = null;
        await ChangeAsync(
            lease,
            async (db, _) =>
            {
                var last = await db.OperationAttempts.Where(attempt => attempt.OperationId == operation.Id).MaxAsync(attempt => (int?)attempt.Number, cancellationToken) ?? 0;
                begun = new()
                {
                    OperationId = operation.Id,
                    Number = last + 1,
                    Step = operation.Step,
                    Name = name,
                    IsUndo = operation.State is OperationState.Undoing,
                    StartedAt = clock.GetUtcNow(),
                };
                db.OperationAttempts.Add(begun);
            },
            cancellationToken);
        return begun!; // ChangeAsync runs it or throws
    }

    /// <summary>Records how a step ended.</summary>
    public async Task CloseAsync(PlatformDbContext db, OperationAttempt? attempt, string? error, CancellationToken cancellationToken)
    {
        if (attempt is null)
        {
            return;
        }

        var now = clock.GetUtcNow();
        await db.OperationAttempts.Where(row => row.OperationId == attempt.OperationId && row.Number == attempt.Number)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, now).SetProperty(row => row.Error, error), cancellationToken);
    }

    /// <summary>Changes the operation as long as it is this worker's, and this worker's copy of it.</summary>
    public async Task ChangeAsync(OperationLease lease, Func<PlatformDbContext, Operation, Task> change, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        await db.HoldOperationAsync(lease.Operation.Id, lease.Token, cancellationToken);
        var current = await db.Operations.SingleAsync(operation => operation.Id == lease.Operation.Id, cancellationToken);
        await change(db, current);
        current.Version++;
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        lease.Operation.CopyFrom(current);
    }

    public async Task<bool> IsCancelledAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Operations.AnyAsync(operation => operation.Id == id && operation.IsCancelled, cancellationToken);
    }

    /// <summary>Leaves the operation to others, where that can still be said.</summary>
    public async Task ReleaseAsync(OperationLease lease)
    {
        try
        {
            await ChangeAsync(
                lease,
                (_, current) =>
                {
                    current.Token = null;
                    current.LeaseUntil = null;
                    current.Attempts--; // a server that stops is no death
                    return Task.CompletedTask;
                },
                CancellationToken.None);
        }
        catch (Exception exception) when (exception is OperationLostException or DbException or DbUpdateException or InvalidOperationException or TimeoutException or IOException or SocketException)
        {
            // The lease ends by itself.
        }
    }

#pragma warning disable RS0030 // the wait ends by the database's clock
    /// <summary>The database's clock.</summary>
    public static Task<DateTimeOffset> NowAsync(PlatformDbContext db, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<DateTimeOffset>($"SELECT clock_timestamp() AS \"Value\"").SingleAsync(cancellationToken);
#pragma warning restore RS0030
}
