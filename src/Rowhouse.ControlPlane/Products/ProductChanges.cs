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
        // Where nobody was ever asked there is nobody to ask.
        if (tenant is not { } id || await db.HoldProductAsync(id, happened.Product, cancellationToken) is not { OperationId: not null } product)
        {
            return;
        }

        product.HasChanged = true;
        if (product.State is ProductState.PendingCredentials or ProductState.Ready)
        {
            var now = clock.GetUtcNow();
            var operation = OperationStarter.Make(ProvisionProduct.Plan, id, new(product.Product), product.Product, now);
            db.Operations.Add(operation);
            product.Begin(operation.Id, now);
        }
    }
}
