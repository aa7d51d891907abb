using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Lets one operation that failed, is being undone or is stuck go on from where it stands, forwards, and records it.</summary>
internal sealed class OperationRetry(PlatformDbContext db, OperationKinds kinds, OperationSignal signal, AuditTrail audit)
{
    public async Task<(Operation? Operation, ProblemHttpResult? Problem)> ExecuteAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);

        // Written first, so that whoever still undoes it waits, and is read as it stands then.
        await db.Operations.Where(operation => operation.Id == id).ExecuteUpdateAsync(set => set.SetProperty(operation => operation.Version, operation => operation.Version + 1), cancellationToken);
        if (await db.Operations.Include(operation => operation.History).SingleOrDefaultAsync(operation => operation.Id == id, cancellationToken) is not { } operation)
        {
            return (null, GetOperation.Unknown());
        }

        if (await db.Operations.AnyAsync(later => later.TenantId == operation.TenantId && later.Product == operation.Product && later.CreatedAt > operation.CreatedAt, cancellationToken))
        {
            return (null, ControlPlaneProblems.OperationState.With("A later operation on the tenant has begun since; this one is history.", [new("state", OperationWords.Of(operation.State))]));
        }

        if (operation.Product is not null && await db.FindTenantAsync(operation.TenantId.ToString(), cancellationToken) is not { IsGone: false })
        {
            return (null, ControlPlaneProblems.OperationState.With("The tenant is deleted; none of its products is set up any more.", [new("state", OperationWords.Of(operation.State))]));
        }

        if (kinds.Names.Contains(operation.Kind) && kinds.UnknownStepOf(operation) is { } unknown)
        {
            return (null, ControlPlaneProblems.OperationState.With($"This server's release does not know the operation's step '{unknown}'. Retry it on one that does.", [new("state", OperationWords.Of(operation.State))]));
        }

        if (!kinds.Names.Contains(operation.Kind) || !operation.Retry())
        {
            return (null, ControlPlaneProblems.OperationState.With($"The operation is {OperationWords.Of(operation.State)}, so there is nothing to retry.", [new("state", OperationWords.Of(operation.State))]));
        }

        await kinds[operation.Kind].StateChangedAsync(db, operation, cancellationToken);
        audit.Add(AuditActions.OperationRetried, operation.TenantId, operation.Kind, details: new { operation = id });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || exception.IsUniqueViolation())
        {
            return (null, ControlPlaneProblems.OperationState.With("Something else has just begun on the tenant. Read its operations again.", [new("state", OperationWords.Of(operation.State))]));
        }

        db.AfterCommit(signal.Set);
        await transaction.CommitAsync(cancellationToken);
        return (operation, null);
    }
}
