using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Operations;

internal static class OperationFence
{
    /// <summary>Lets nobody take the operation over before the transaction ends, and goes no further where somebody has.</summary>
    /// <returns>The operation as it stands, tracked by the context.</returns>
    /// <exception cref="OperationLostException">The token is not the operation's.</exception>
    public static async Task<Operation> HoldOperationAsync(this PlatformDbContext db, Guid id, Guid token, CancellationToken cancellationToken)
    {
        // Written, and not only locked: above all others' writes it is what the take-over waits for.
#pragma warning disable RS0030 // EF Core does not read what it updates; the values are parameters
        var held = await db.Operations.FromSql($"UPDATE platform.operations SET token = {token} WHERE id = {id} AND token = {token} RETURNING *").ToListAsync(cancellationToken);
#pragma warning restore RS0030
        return held is [var operation] ? operation : throw new OperationLostException();
    }
}
