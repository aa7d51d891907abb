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

/// <summary>Asks for an operation to be undone. The step that is being done ends first.</summary>
internal static class CancelOperation
{
    public static void Map(RouteGroupBuilder operations) =>
        operations.MapPost("/{id:guid}/cancel", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(CancelOperation))
            .WithSummary("Undoes an operation that has not come to its end: after the step that is being done.")
            .WithProblems(ControlPlaneProblems.UnknownOperation, ControlPlaneProblems.OperationState);

    private static async Task<Results<Accepted<OperationResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, PlatformDbContext db, OperationKinds kinds, OperationSignal signal, AuditTrail audit, CancellationToken cancellationToken)
    {
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);

        // In one statement, so that the worker's last step and this come one after the other.
        var cancelled = await db.Operations
            .Where(operation => operation.Id == id && (operation.State == OperationState.Running || operation.State == OperationState.Stuck))
            .ExecuteUpdateAsync(
                set => set.SetProperty(operation => operation.IsCancelled, true)
                    .SetProperty(operation => operation.State, OperationState.Running)
                    .SetProperty(operation => operation.Attempts, 0)
                    .SetProperty(operation => operation.Failures, 0)
                    .SetProperty(operation => operation.NotBefore, (DateTimeOffset?)null)
                    .SetProperty(operation => operation.Version, operation => operation.Version + 1),
                cancellationToken);
        if (await db.FindOperationAsync(id, cancellationToken) is not { } operation)
        {
            return GetOperation.Unknown();
        }

        if (cancelled == 0)
        {
            return ControlPlaneProblems.OperationState.With($"The operation is {OperationWords.Of(operation.State)}, so there is nothing to cancel.", [new("state", OperationWords.Of(operation.State))]);
        }

        if (!kinds.CanBeUndone(operation.Kind))
        {
            return ControlPlaneProblems.OperationState.With($"An operation of the kind {operation.Kind} cannot be undone; let it come to its end.", [new("state", OperationWords.Of(operation.State))]);
        }

        audit.Add(AuditActions.OperationCancelled, operation.TenantId, operation.Kind, details: new { operation = id });
        await db.SaveChangesAsync(cancellationToken);
        db.AfterCommit(signal.Set);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Accepted($"/api/operations/{id}", kinds.Show(operation));
    }
}
