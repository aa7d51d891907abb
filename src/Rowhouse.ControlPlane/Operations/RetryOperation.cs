using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Lets an operation that failed, is undone or waits for somebody go on from where it stands, forwards.</summary>
internal static class RetryOperation
{
    public static void Map(RouteGroupBuilder operations) =>
        operations.MapPost("/{id:guid}/retry", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(RetryOperation))
            .WithSummary("Lets an operation that failed or is stuck go on from where it stands. What is half undone is done again.")
            .WithProblems(ControlPlaneProblems.UnknownOperation, ControlPlaneProblems.OperationState);

    private static async Task<Results<Accepted<OperationResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, PlatformDbContext db, OperationKinds kinds, OperationSignal signal, AuditTrail audit, CancellationToken cancellationToken)
    {
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);

        // Written first, so that whoever still undoes it waits, and is read as it stands then.
        await db.Operations.Where(operation => operation.Id == id).ExecuteUpdateAsync(set => set.SetProperty(operation => operation.Version, operation => operation.Version + 1), cancellationToken);
        if (await db.Operations.Include(operation => operation.History).SingleOrDefaultAsync(operation => operation.Id == id, cancellationToken) is not { } operation)
        {
            return GetOperation.Unknown();
        }

        if (await db.Operations.AnyAsync(later => later.TenantId == operation.TenantId && later.CreatedAt > operation.CreatedAt, cancellationToken))
        {
            return ControlPlaneProblems.OperationState.With("A later operation on the tenant has begun since; this one is history.", [new("state", OperationWords.Of(operation.State))]);
        }

        if (!kinds.Names.Contains(operation.Kind) || !operation.Retry())
        {
            return ControlPlaneProblems.OperationState.With($"The operation is {OperationWords.Of(operation.State)}, so there is nothing to retry.", [new("state", OperationWords.Of(operation.State))]);
        }

        await kinds[operation.Kind].StateChangedAsync(db, operation, cancellationToken);
        audit.Add(AuditActions.OperationRetried, operation.TenantId, operation.Kind, details: new { operation = id });
        await db.SaveChangesAsync(cancellationToken);
        db.AfterCommit(signal.Set);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Accepted($"/api/operations/{id}", kinds.Show(operation));
    }
}
