using Rowhouse.ControlPlane.Homes;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.ControlPlane.Deprovisioning;

/// <summary>Removes the tenant's home with all that is in it: a dedicated one with its login, and of the shared store the tenant's rows.</summary>
internal sealed class RemoveHome(HomePurge homes, HomeServers servers) : IOperationStep<DeprovisionData>
{
    public Task DoAsync(OperationRun<DeprovisionData> run, CancellationToken cancellationToken) =>
        run.Data.Placement is PlacementKind.Dedicated ? RemoveDatabaseAsync(run, cancellationToken) : PurgeAsync(run, cancellationToken);

    private async Task RemoveDatabaseAsync(OperationRun<DeprovisionData> run, CancellationToken cancellationToken)
    {
        await servers.RemoveDatabaseAsync(run, new(PlacementKind.Dedicated, run.Data.Store, run.Data.Database, run.Data.Generation), cancellationToken);
        await servers.ActAsync(run, run.Data.Store, maker => maker.RemoveLoginAsync(run.Data.Database, cancellationToken), cancellationToken);
    }

    // The operation's id is the token: whoever does the step goes on where another one stopped, and may do it beside them.
    private async Task PurgeAsync(OperationRun<DeprovisionData> run, CancellationToken cancellationToken)
    {
        try
        {
            await homes.RunAsync(run.TenantId, run.Data.Generation, run.Id, cancellationToken);
        }
        catch (UnknownTablesException exception)
        {
            throw new OperationDelayedException($"The server that took it up does not know the tables {exception.Tables}. It waits for one that does, of the newest release and with all products. Where their product is gone for good, drop them.") { IsElsewhere = true };
        }
        catch (OtherDatabaseException exception)
        {
            throw new OperationDelayedException($"The server that took it up cannot do it: {exception.Message}") { IsElsewhere = true };
        }
        catch (HomeMismatchException exception)
        {
            throw new OperationRefusedException(
                $"The store has another home of the tenant than the one of generation {run.Data.Generation}. Find out in tenancy.homes which one it is, and retry when it is that again.", exception);
        }
    }
}
