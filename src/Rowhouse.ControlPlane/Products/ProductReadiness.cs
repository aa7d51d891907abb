using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Provisioning;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.ControlPlane.Products;

/// <summary>Takes in that a product of a tenant waits for nothing any more.</summary>
internal sealed class ProductReadiness(PlatformDbContext db, TimeProvider clock) : IControlEventHandler<ProductReady>
{
    public const string Name = "platform.product-readiness";

    public async Task HandleAsync(ProductReady happened, TenantId? tenant, EventInfo info, CancellationToken cancellationToken)
    {
        if (tenant is not { } id || await db.HoldProductAsync(id, happened.Product, cancellationToken) is not { } product)
        {
            return;
        }

        product.ToldReady = true;
        if (product.State is ProductState.PendingCredentials)
        {
            product.Become(ProductState.Ready, reason: null, clock.GetUtcNow());
        }
    }
}
