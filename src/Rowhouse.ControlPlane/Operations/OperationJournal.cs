using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>What is written of an operation while somebody works on it: by whoever has its token, and nobody else.</summary>
internal sealed class OperationJournal(IDbContextFactory<PlatformDbContext> contexts, TimeProvider clock)
{
    /// <summary>How many of the latest attempts of a step are kept, and the first: one that waits for a vendor or another server for days is begun each second or minute.</summary>
    private const int MostKept = 20;

    /// <summary>Adds that the operation's next step is begun, and forgets attempts of it between the first and the latest ones.</summary>
    /// <param name="db">Where the operation is held.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="before">What this worker began before; none at first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<OperationAttempt> BeginAsync(PlatformDbContext db, Operation operation, OperationAttempt? before, CancellationToken cancellationToken)
    {
        var last = before?.Number ?? await db.OperationAttempts.Where(attempt => attempt.OperationId == operation.Id).MaxAsync(attempt => (int?)attempt.Number, cancellationToken) ?? 0;
        var begun = new OperationAttempt
        {
            OperationId = operation.Id,
            Number = last + 1,
            Step = operation.Step,
            Name = operation.NextStep!, // whoever begins has looked
            IsUndo = operation.State is OperationState.Undoing,
            StartedAt = clock.GetUtcNow(),
        };
        db.OperationAttempts.Add(begun);
        await ForgetAsync(db, begun, cancellationToken);
        return begun;
    }

    private static async Task ForgetAsync(PlatformDbContext db, OperationAttempt begun, CancellationToken cancellationToken)
    {
        if (begun.Number <= MostKept + 1)
        {
            return; // so that most operations do not ask
        }

        var ofStep = db.OperationAttempts.Where(attempt => attempt.OperationId == begun.OperationId && attempt.Step == begun.Step);
        var kept = ofStep.OrderBy(attempt => attempt.Number).Select(attempt => attempt.Number).Take(1)
            .Concat(ofStep.OrderByDescending(attempt => attempt.Number).Select(attempt => attempt.Number).Take(MostKept - 1));
        await ofStep.Where(attempt => !kept.Contains(attempt.Number)).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Adds how a step ended.</summary>
    public void Close(PlatformDbContext db, OperationAttempt? attempt, string? error)
    {
        if (attempt is null)
        {
            return;
        }

        attempt.EndedAt = clock.GetUtcNow();
        attempt.Error = error;
        db.OperationAttempts.Update(attempt);
    }

    /// <summary>Changes the operation as long as it is this worker's, and this worker's copy of it.</summary>
    /// <exception cref="OperationLostException">It is another one's, or nobody knows whether it was changed: whoever takes it next goes on from what is recorded.</exception>
    public async Task ChangeAsync(OperationLease lease, Func<PlatformDbContext, Operation, Task> change, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        var current = await db.HoldOperationAsync(lease.Operation.Id, lease.Token, cancellationToken);
        await change(db, current);
        current.Version++;
        await db.SaveChangesAsync(cancellationToken);
        try
        {
            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not PostgresException || exception.IsCutShort())
        {
            throw new OperationLostException("Whether its last step was recorded is not known.", exception);
        }

        lease.Operation = current;
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
