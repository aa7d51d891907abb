using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Reads operations as the API shows them.</summary>
internal static class OperationFinder
{
    /// <summary>An operation with its history.</summary>
    public static Task<Operation?> FindOperationAsync(this PlatformDbContext db, Guid id, CancellationToken cancellationToken) =>
        db.Operations.AsNoTracking().Include(operation => operation.History).SingleOrDefaultAsync(operation => operation.Id == id, cancellationToken);
}
