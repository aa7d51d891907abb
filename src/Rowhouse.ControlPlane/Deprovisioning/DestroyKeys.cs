using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Operations;

namespace Rowhouse.ControlPlane.Deprovisioning;

/// <summary>Destroys the tenant's data keys. Whatever they have sealed was in the home, or is the password of a login that is gone.</summary>
internal sealed class DestroyKeys(TenantKeys keys) : IOperationStep<DeprovisionData>
{
    public Task DoAsync(OperationRun<DeprovisionData> run, CancellationToken cancellationToken) =>
        run.InControlAsync((db, cancelled) => keys.DestroyAsync(db, run.TenantId, cancelled), cancellationToken);
}
