using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Finds operations.</summary>
internal static class OperationFinder
{
    /// <summary>Those that go on by themselves.</summary>
    public static IQueryable<Operation> UnderWay(this IQueryable<Operation> operations) =>
        operations.Where(operation => operation.State == OperationState.Running || operation.State == OperationState.Undoing);

    /// <summary>Those that have not come to their end; of a tenant there is one at most.</summary>
    public static IQueryable<Operation> Unended(this IQueryable<Operation> operations) =>
        operations.Where(operation => operation.State == OperationState.Running || operation.State == OperationState.Undoing || operation.State == OperationState.Stuck);

    /// <summary>An operation with its history.</summary>
    public static Task<Operation?> FindOperationAsync(this PlatformDbContext db, Guid id, CancellationToken cancellationToken) =>
        db.Operations.AsNoTracking().Include(operation => operation.History).SingleOrDefaultAsync(operation => operation.Id == id, cancellationToken);
}
