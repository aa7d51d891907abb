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
internal sealed record ProvisionData(string Home, string Store, int Generation)
{
    public Placement Placement => new(PlacementKind.Dedicated, Store, Home, Generation);
}

/// <summary>Makes a tenant's dedicated home, and the tenant active once it is whole; what cannot be made leaves nothing behind, and the tenant failed.</summary>
internal sealed class Provision(StoreRegistry stores, TenantProducts products, TenantDirectory directory, OperationSignal signal) : OperationKind<ProvisionData>(
[
    OperationStep<ProvisionData>.Of<MakeLogin>("login"),
    OperationStep<ProvisionData>.Of<MakeDatabase>("database"),
    OperationStep<ProvisionData>.Of<OpenHome>("home"),
    OperationStep<ProvisionData>.Of<CopyReferenceData>("reference-data"),
])
{
    public const string KindName = "provision";

    public override string Name => KindName;

    // It is left to a server that can do it.
    public override bool IsWorkedOnHere => stores.MakesHomes;

    public override async Task StateChangedAsync(PlatformDbContext db, Operation operation, CancellationToken cancellationToken)
    {
        var tenant = await db.FindTenantAsync(operation.TenantId.ToString(), cancellationToken) ?? throw new InvalidOperationException("An operation's tenant is not there.");
        switch (operation.State)
        {
            case OperationState.Running:
                tenant.TryBecome(TenantStatus.Creating);
                break;
            case OperationState.Succeeded:
                tenant.TryBecome(TenantStatus.Active);
                products.Begin(db, tenant);

                // In this order: whoever works on the products enters the tenant.
                db.AfterCommit(() => directory.Apply(tenant.ToEntry()));
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

        public Task UndoAsync(OperationRun<ProvisionData> run, CancellationToken cancellationToken) =>
            servers.ActAsync(run, run.Data.Store, maker => maker.RemoveDatabaseAsync(run.Data.Home, cancellationToken), cancellationToken);
    }

    /// <summary>The tenant may write there, and nobody else.</summary>
    private sealed class OpenHome(TenantHomes homes) : IOperationStep<ProvisionData>
    {
        public Task DoAsync(OperationRun<ProvisionData> run, CancellationToken cancellationToken) => homes.EnsureOpenAsync(run.TenantId, run.Data.Placement, cancellationToken);
    }

    /// <summary>What all tenants read.</summary>
    private sealed class CopyReferenceData(ReferenceData data) : IOperationStep<ProvisionData>
    {
        public Task DoAsync(OperationRun<ProvisionData> run, CancellationToken cancellationToken) => data.CopyAsync(run.Data.Placement, cancellationToken);
    }
}
