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
        if (await db.FindOperationAsync(id, cancellationToken) is not { } found)
        {
            return GetOperation.Unknown();
        }

        if (!kinds.CanBeUndone(found.Kind))
        {
            return Refuse(found, $"An operation of the kind {found.Kind} cannot be undone; let it come to its end.");
        }

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
        var operation = await db.FindOperationAsync(id, cancellationToken) ?? found; // nobody removes one
        if (cancelled == 0)
        {
            return Refuse(operation, $"The operation is {OperationWords.Of(operation.State)}, so there is nothing to cancel.");
        }

        audit.Add(AuditActions.OperationCancelled, operation.TenantId, operation.Kind, details: new { operation = id });
        await db.SaveChangesAsync(cancellationToken);
        db.AfterCommit(signal.Set);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Accepted($"/api/operations/{id}", kinds.Show(operation));
    }

    private static ProblemHttpResult Refuse(Operation operation, string why) => ControlPlaneProblems.OperationState.With(why, [new("state", OperationWords.Of(operation.State))]);
}
