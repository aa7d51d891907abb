using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Rowhouse.Tenancy.Postgres.Binding;

/// <summary>
/// A transaction that knows when it is lost: EF Core opens a new connection where one broke and forgets the transaction, so what is sent next would be kept
/// without the rest.
/// </summary>
/// <remarks>
/// Its context opens no connection and sends nothing from then on, until the work is over in which it began (<see cref="HomeReplay"/>). Where somebody began it
/// by hand, for good: nobody else knows what was meant to be part of it.
/// </remarks>
internal sealed class TenantTransaction : RelationalTransaction
{
    private readonly TenantDbContext context;
    private readonly DbConnection session;

    public TenantTransaction(
        TenantDbContext context,
        IRelationalConnection connection,
        DbTransaction transaction,
        Guid transactionId,
        IDiagnosticsLogger<DbLoggerCategory.Database.Transaction> logger,
        bool transactionOwned,
        ISqlGenerationHelper sqlGenerationHelper)
        : base(connection, transaction, transactionId, logger, transactionOwned, sqlGenerationHelper)
    {
        context.RefuseLostTransaction();
        this.context = context;
        session = connection.DbConnection;
        session.StateChange += Note;
        context.Transaction = this;
    }

    /// <summary>Whether its connection ended before it did.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Its context goes on without it.</summary>
    public void Forget()
    {
        session.StateChange -= Note;
        if (context.Transaction == this)
        {
            context.Transaction = null;
        }
    }

    protected override void ClearTransaction()
    {
        End();
        base.ClearTransaction();
    }

    protected override Task ClearTransactionAsync(CancellationToken cancellationToken = default)
    {
        End();
        return base.ClearTransactionAsync(cancellationToken);
    }

    // EF Core ends a lost transaction too, before it opens the connection again. The driver may raise its event only after that.
    private void End()
    {
        IsLost |= session.State is not ConnectionState.Open;
        if (!IsLost)
        {
            Forget();
        }
    }

    // Heard and not asked for: contexts in one transaction share the connection, and one of them may have opened it again.
    private void Note(object? sender, StateChangeEventArgs change) => IsLost |= change.CurrentState is not ConnectionState.Open;
}
