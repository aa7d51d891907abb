using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Finds operations.</summary>
internal static class OperationFinder
{
    /// <summary>Those that go on by themselves.</summary>
    public static IQueryable<Operation> UnderWay(this IQueryable<Operation> operations) =>
        operations.Where(operation => operation.State == OperationState.Running || operation.State == OperationState.Undoing);

    /// <summary>Those on the tenants' homes, and not on one of their products.</summary>
    public static IQueryable<Operation> OnHomes(this IQueryable<Operation> operations) => operations.Where(operation => operation.Product == null);

    /// <summary>Those that have not come to their end; on a tenant's home there is one at most, and on each of its products.</summary>
    public static IQueryable<Operation> Unended(this IQueryable<Operation> operations) =>
        operations.Where(operation => operation.State == OperationState.Running || operation.State == OperationState.Undoing || operation.State == OperationState.Stuck);

    /// <summary>An operation with its history.</summary>
    public static Task<Operation?> FindOperationAsync(this PlatformDbContext db, Guid id, CancellationToken cancellationToken) =>
        db.Operations.AsNoTracking().Include(operation => operation.History).SingleOrDefaultAsync(operation => operation.Id == id, cancellationToken);
}
