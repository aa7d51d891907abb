using Rowhouse.ControlPlane.Operations;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.ControlPlane.Deprovisioning;

/// <summary>Removes the tenant's rows with its home. The operation's id is the token: whoever does the step goes on where another one stopped, and may do it beside them.</summary>
internal sealed class RemoveHome(HomePurge homes) : IOperationStep<DeprovisionData>
{
    public async Task DoAsync(OperationRun<DeprovisionData> run, CancellationToken cancellationToken)
    {
        if (run.Data.Placement is not PlacementKind.Shared)
        {
            throw new OperationRefusedException("The tenant's home is a database of its own, which this release cannot remove.");
        }

        try
        {
            await homes.RunAsync(run.TenantId, run.Data.Generation, run.Id, cancellationToken);
        }
        catch (HomeMismatchException exception)
        {
            throw new OperationRefusedException(
                $"The store has another home of the tenant than the one of generation {run.Data.Generation}. Find out in tenancy.homes which one it is, and retry when it is that again.", exception);
        }
    }
}
