using Microsoft.EntityFrameworkCore.Storage;

namespace Rowhouse.ControlPlane.Store;

/// <summary>
/// Work on the control database that is kept as a whole or not at all: a transaction of its own, or, where the caller is in one already, a part of
/// that one, which can be undone without it. Undone where it is not committed.
/// </summary>
internal sealed class ControlTransaction : IAsyncDisposable
{
    private const string Savepoint = "part";

    private readonly PlatformDbContext db;
    private readonly IDbContextTransaction transaction;
    private readonly bool isOwn;
    private readonly int before;
    private bool isDone;

    private ControlTransaction(PlatformDbContext db, IDbContextTransaction transaction, bool isOwn)
    {
        this.db = db;
        this.transaction = transaction;
        this.isOwn = isOwn;
        before = db.WaitingActions;
    }

    public static async Task<ControlTransaction> BeginAsync(PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (db.Database.CurrentTransaction is not { } outer)
        {
            return new(db, await db.Database.BeginTransactionAsync(cancellationToken), isOwn: true);
        }

        await outer.CreateSavepointAsync(Savepoint, cancellationToken);
        return new(db, outer, isOwn: false);
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (isOwn)
        {
            // Given up at the COMMIT, nobody would know how it ended.
            await transaction.CommitAsync(CancellationToken.None);
            db.DoAfterCommit();
        }
        else
        {
            await transaction.ReleaseSavepointAsync(Savepoint, cancellationToken);
        }

        isDone = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (!isDone)
        {
            db.DropActions(after: before);
        }

        if (isOwn)
        {
            await transaction.DisposeAsync();
        }
        else if (!isDone)
        {
            await transaction.RollbackToSavepointAsync(Savepoint, CancellationToken.None);
        }
    }
}
