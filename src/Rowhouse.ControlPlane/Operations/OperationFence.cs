using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Operations;

internal static class OperationFence
{
    /// <summary>Lets nobody take the operation over before the transaction ends, and goes no further where somebody has.</summary>
    /// <exception cref="OperationLostException">The token is not the operation's.</exception>
    public static async Task HoldOperationAsync(this PlatformDbContext db, Guid id, Guid token, CancellationToken cancellationToken)
    {
        // Written, and not only locked: above all others' writes it is what the take-over waits for.
        if (await db.Operations.Where(operation => operation.Id == id && operation.Token == token).ExecuteUpdateAsync(set => set.SetProperty(operation => operation.Token, token), cancellationToken) == 0)
        {
            throw new OperationLostException();
        }
    }
}
