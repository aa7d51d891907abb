using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Provisioning;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.ControlPlane.Products;

/// <summary>Lets a product's provisioner be asked again where something has changed since it answered.</summary>
internal sealed class ProductChanges(PlatformDbContext db, TimeProvider clock) : IControlEventHandler<ProductChanged>
{
    public const string Name = "platform.product-changes";

    public async Task HandleAsync(ProductChanged happened, TenantId? tenant, EventInfo info, CancellationToken cancellationToken)
    {
        // Where it was never set up there is nothing to look at again.
        if (tenant is not { } id || await db.HoldProductAsync(id, happened.Product, cancellationToken) is not { OperationId: not null } product)
        {
            return;
        }

        product.HasChanged = true;
        if (product.State is ProductState.PendingCredentials or ProductState.Ready || await HasFailedAsync(product, cancellationToken))
        {
            ProvisionProduct.Begin(db, product, clock.GetUtcNow());
        }
    }

    // What somebody cancelled, or has to mend, is theirs to retry.
    private async Task<bool> HasFailedAsync(TenantProduct product, CancellationToken cancellationToken) =>
        product.State is ProductState.Failed && await db.Operations.AnyAsync(operation => operation.Id == product.OperationId && operation.State == OperationState.Failed, cancellationToken);
}
