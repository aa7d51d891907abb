using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Placements;
using Rowhouse.ControlPlane.Products;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Homes;

/// <summary>What is decided of a home before anything of it is made.</summary>
/// <param name="Home">What its database and its login are called.</param>
/// <param name="Store">The store.</param>
/// <param name="Generation">The generation of the tenant's homes that it is.</param>
/// <param name="HasReferenceData">Whether what all tenants read was there, in its latest state, when the home was opened.</param>
internal sealed record ProvisionData(string Home, string Store, int Generation, bool HasReferenceData = false)
{
    public Placement Placement => new(PlacementKind.Dedicated, Store, Home, Generation);
}

/// <summary>Makes a tenant's dedicated home, and the tenant active once it is whole; what cannot be made leaves nothing behind, and the tenant failed.</summary>
internal sealed class Provision(StoreRegistry stores, TenantProducts products, TenantDirectory directory, OperationSignal signal) : OperationKind<ProvisionData>(Plan)
{
    /// <summary>The step to begin with where the home was made ahead.</summary>
    public const string Open = "home";

    public static readonly OperationPlan<ProvisionData> Plan = new(
        "provision",
        OperationStep<ProvisionData>.Of<MakeLogin>("login"),
        OperationStep<ProvisionData>.Of<MakeDatabase>("database"),
        OperationStep<ProvisionData>.Of<OpenHome>(Open),
        OperationStep<ProvisionData>.Of<CopyReferenceData>("reference-data") with { IsDone = data => data.HasReferenceData });

    // It is left to a server that can do it.
    public override bool IsWorkedOnHere => stores.MakesHomes;

    public override async Task StateChangedAsync(PlatformDbContext db, Operation operation, CancellationToken cancellationToken)
    {
        var tenant = await db.FindTenantAsync(operation.TenantId.ToString(), cancellationToken) ?? throw new InvalidOperationException($"The tenant {operation.TenantId} of the operation {operation.Id} is unknown.");

        // Who is told that it is active may go there at once, whoever works on its products among them.
        db.AfterCommit(() => directory.Apply(tenant.ToEntry()));
        switch (operation.State)
        {
            case OperationState.Running:
                tenant.TryBecome(TenantStatus.Creating);
                break;
            case OperationState.Succeeded:
                tenant.TryBecome(TenantStatus.Active);
                products.Begin(db, tenant);
                db.AfterCommit(signal.Set);
                break;
            default:
                tenant.TryFail(operation.Reason ?? "It was cancelled.");
                break;
        }
    }

    /// <summary>The login, which may connect nowhere yet.</summary>
    private sealed class MakeLogin(HomeServers servers, DedicatedHomes homes) : IOperationStep<ProvisionData>
    {
        public async Task DoAsync(OperationRun<ProvisionData> run, CancellationToken cancellationToken)
        {
            var password = await homes.GetPasswordAsync(run.TenantId, run.Data.Home, cancellationToken);
            await servers.ActAsync(run, run.Data.Store, maker => maker.EnsureLoginAsync(run.Data.Home, password, cancellationToken), cancellationToken);
        }

        public Task UndoAsync(OperationRun<ProvisionData> run, CancellationToken cancellationToken) =>
            servers.ActAsync(run, run.Data.Store, maker => maker.RemoveLoginAsync(run.Data.Home, cancellationToken), cancellationToken);
    }

    /// <summary>The database, with the schema and without rows.</summary>
    private sealed class MakeDatabase(HomeServers servers) : IOperationStep<ProvisionData>
    {
        public Task DoAsync(OperationRun<ProvisionData> run, CancellationToken cancellationToken) =>
            servers.ActAsync(run, run.Data.Store, maker => maker.EnsureDatabaseAsync(run.Data.Home, cancellationToken), cancellationToken);

        public Task UndoAsync(OperationRun<ProvisionData> run, CancellationToken cancellationToken) => servers.RemoveDatabaseAsync(run, run.Data.Placement, cancellationToken);
    }

    /// <summary>The tenant may write there, and nobody else.</summary>
    private sealed class OpenHome(HomeServers servers, DedicatedHomes known, TenantHomes homes, ReferenceData reference) : IOperationStep<ProvisionData>
    {
        public async Task DoAsync(OperationRun<ProvisionData> run, CancellationToken cancellationToken)
        {
            await servers.EndOthersAsync(run, run.Data.Store, cancellationToken); // one that was about to make it anew would do so under a tenant that is active by then
            var opened = await homes.OpenAsync(run.TenantId, run.Data.Placement, cancellationToken);
            if (!opened.IsOpen && !opened.IsAnothers)
            {
                // One that was made ahead is not there any more, or is another release's: it is made like any other.
                await MakeAsync(run, cancellationToken);
                opened = await homes.OpenAsync(run.TenantId, run.Data.Placement, cancellationToken);
            }

            if (opened.IsAnothers)
            {
                throw HomeServers.Refuse(run.Data.Placement);
            }

            if (!opened.IsOpen)
            {
                throw new OperationRefusedException($"The database {run.Data.Home} has the tenant's home in another generation than {run.Data.Generation}, or closed. Find out in its tenancy.homes, and retry when it is open.");
            }

            run.Data = run.Data with { HasReferenceData = opened.ReferenceVersion is { } copied && copied == await reference.FindVersionAsync(cancellationToken) };
        }

        private async Task MakeAsync(OperationRun<ProvisionData> run, CancellationToken cancellationToken)
        {
            var password = await known.GetPasswordAsync(run.TenantId, run.Data.Home, cancellationToken);
            await servers.ActAsync(
                run,
                run.Data.Store,
                async maker =>
                {
                    await maker.EnsureLoginAsync(run.Data.Home, password, cancellationToken);
                    await maker.EnsureDatabaseAsync(run.Data.Home, cancellationToken);
                },
                cancellationToken);
        }
    }

    /// <summary>What all tenants read.</summary>
    private sealed class CopyReferenceData(ReferenceData data) : IOperationStep<ProvisionData>
    {
        public Task DoAsync(OperationRun<ProvisionData> run, CancellationToken cancellationToken) => data.CopyAsync(run.Data.Placement, cancellationToken);
    }
}
