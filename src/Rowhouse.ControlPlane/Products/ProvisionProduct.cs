using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Products;

/// <summary>What is known of setting a product up.</summary>
/// <param name="Product">The product.</param>
/// <param name="PendingReason">What it waits for, in the words of its provisioner; none until that has answered, and where it is ready.</param>
/// <param name="IsAnswered">Whether its provisioner has answered. Where the step is done without, the tenant did not subscribe to it.</param>
internal sealed record ProvisionProductData(string Product, string? PendingReason = null, bool IsAnswered = false);

/// <summary>
/// Sets a product up for a tenant, as long as it subscribes. What failed stays as it is until it is retried, since the product's provisioner goes on from anything;
/// all of it goes when the tenant is removed.
/// </summary>
internal sealed class ProvisionProduct(TimeProvider clock) : OperationKind<ProvisionProductData>(Plan)
{
    public static readonly OperationPlan<ProvisionProductData> Plan = new("provision-product", OperationStep<ProvisionProductData>.Of<CallProvisioner>("product"));

    public override bool CallsProducts => true;

    // A vendor may be away for most of a day; nobody should have to retry for each tenant then.
    public override int MostFailures => 1_000;

    /// <summary>Begins to set a product up, or to ask it again. The caller saves.</summary>
    public static Operation Begin(PlatformDbContext db, TenantProduct product, DateTimeOffset now)
    {
        var operation = OperationStarter.Make(Plan, product.TenantId, new(product.Product), product.Product, now);
        db.Operations.Add(operation);
        product.Begin(operation.Id, now);
        return operation;
    }

    public override async Task StateChangedAsync(PlatformDbContext db, Operation operation, CancellationToken cancellationToken)
    {
        var data = OperationPlan<ProvisionProductData>.Read(operation.Data);
        if (await db.HoldProductAsync(operation.TenantId, data.Product, cancellationToken) is not { } product)
        {
            return; // it went with the tenant
        }

        switch (operation.State)
        {
            case OperationState.Running:
                product.Become(ProductState.Provisioning, reason: null, clock.GetUtcNow());
                break;
            case OperationState.Succeeded when !data.IsAnswered:
                if (await db.SubscribesAsync(operation.TenantId, data.Product, cancellationToken))
                {
                    throw new OperationDelayedException("The tenant has just subscribed again. It is begun anew.");
                }

                operation.Reason = "The tenant does not subscribe to it any more, so it is not set up.";
                product.Become(ProductState.Stopped, reason: null, clock.GetUtcNow());
                break;
            case OperationState.Succeeded when product.HasChanged:
                throw new OperationDelayedException("Something of the product has changed while it was asked. It is asked again.");
            case OperationState.Succeeded:
                product.Finish(data.PendingReason, clock.GetUtcNow());
                break;
            case OperationState.Undoing when product.HasChanged && !operation.IsCancelled:
                throw new OperationDelayedException("Something of the product has changed while it was asked, and it refused what was there before. It is asked again.");
            default:
                product.Become(ProductState.Failed, operation.Reason ?? "It was cancelled.", clock.GetUtcNow());
                break;
        }
    }

    /// <summary>The product's own work, in the scope of its tenant.</summary>
    private sealed class CallProvisioner(ProductProvisioners provisioners, ITenantScopes tenants) : IOperationStep<ProvisionProductData>
    {
        public async Task DoAsync(OperationRun<ProvisionProductData> run, CancellationToken cancellationToken)
        {
            var isSubscribed = false;
            run.Data = new(run.Data.Product);
            await run.InControlAsync(
                async (db, cancelled) =>
                {
                    // What it says from now on is newer than what its provisioner will have looked at.
                    if (await db.HoldProductAsync(run.TenantId, run.Data.Product, cancelled) is { } product)
                    {
                        product.HasChanged = false;
                    }

                    isSubscribed = await db.SubscribesAsync(run.TenantId, run.Data.Product, cancelled);
                },
                cancellationToken);
            if (!isSubscribed)
            {
                return;
            }

            await using var tenant = await EnterAsync(run.TenantId, cancellationToken);
            var result = await provisioners.ProvisionAsync(tenant, run.Data.Product, cancellationToken);
            run.Data = run.Data with { PendingReason = result.PendingReason, IsAnswered = true };
        }

        private async Task<EnteredTenant> EnterAsync(TenantId tenant, CancellationToken cancellationToken)
        {
            try
            {
                return await tenants.EnterAsync(tenant, cancellationToken);
            }
            catch (TenantUnavailableException)
            {
                throw new OperationDelayedException("The tenant is not active, or this server has not heard yet that it is. It waits for that.");
            }
        }
    }
}
