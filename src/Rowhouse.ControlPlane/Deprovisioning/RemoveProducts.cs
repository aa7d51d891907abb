using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Products;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Deprovisioning;

/// <summary>
/// Lets each product that was ever set up for the tenant remove what it has outside of the tenant's home, one after another: what each of them wrote down in the
/// home is still there.
/// </summary>
internal sealed class RemoveProducts(ProductProvisioners provisioners, IDeletedTenantScopes tenants, IDbContextFactory<PlatformDbContext> contexts) : IOperationStep<DeprovisionData>
{
    public async Task DoAsync(OperationRun<DeprovisionData> run, CancellationToken cancellationToken)
    {
        await run.InControlAsync((db, cancelled) => EndOperationsAsync(db, run.TenantId, cancelled), cancellationToken);
        foreach (var product in await FindAsync(run.TenantId, cancellationToken))
        {
            if (!provisioners.Names.Contains(product))
            {
                throw new OperationDelayedException($"The product {product} was set up for the tenant, and the server that took it up does not have it, so what it has elsewhere cannot be removed. It waits for a server that does.") { IsElsewhere = true };
            }

            await using (var tenant = await EnterAsync(run.TenantId, cancellationToken))
            {
                await provisioners.DeprovisionAsync(tenant, product, cancellationToken);
            }

            await run.InControlAsync(
                (db, cancelled) => db.TenantProducts.Where(known => known.TenantId == run.TenantId && known.Product == product).ExecuteDeleteAsync(cancelled), cancellationToken);
        }
    }

    /// <summary>Ends whatever would still be done to a product of the tenant. Nobody begins with it any more, since the tenant is not active; whoever is at it is waited for.</summary>
    internal static async Task EndOperationsAsync(PlatformDbContext db, TenantId tenant, CancellationToken cancellationToken)
    {
        var now = await OperationJournal.NowAsync(db, cancellationToken);
        var unended = db.Operations.Where(operation => operation.TenantId == tenant && operation.Product != null).Unended();
        await unended.Where(operation => operation.LeaseUntil == null || operation.LeaseUntil < now).ExecuteUpdateAsync(
            set => set.SetProperty(operation => operation.State, OperationState.Cancelled)
                .SetProperty(operation => operation.Reason, "The tenant is removed.")
                .SetProperty(operation => operation.EndedAt, now)
                .SetProperty(operation => operation.Token, (Guid?)null)
                .SetProperty(operation => operation.LeaseUntil, (DateTimeOffset?)null)
                .SetProperty(operation => operation.Version, operation => operation.Version + 1),
            cancellationToken);
        if (await unended.AnyAsync(cancellationToken))
        {
            throw new OperationDelayedException("A product is still being set up for the tenant. It waits for the end of that.");
        }
    }

    private async Task<IReadOnlyList<string>> FindAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.TenantProducts.Where(product => product.TenantId == tenant && product.OperationId != null)
            .OrderBy(product => product.Product).Select(product => product.Product).ToListAsync(cancellationToken);
    }

    private async Task<EnteredTenant> EnterAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        try
        {
            return await tenants.EnterAsync(tenant, cancellationToken);
        }
        catch (TenantUnavailableException)
        {
            throw new OperationDelayedException("This server has not heard yet that the tenant is deleted. It waits for that.");
        }
    }
}
