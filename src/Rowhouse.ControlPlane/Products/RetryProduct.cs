using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Products;

/// <summary>Tries again to set up a product of a tenant for which that failed, was never begun, or waits for credentials that may be there by now.</summary>
internal sealed class RetryProduct(PlatformDbContext db, OperationRetry retry, OperationStarter operations, AuditTrail audit, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapPost("/{idOrSlug}/products/{product}/retry", (string idOrSlug, string product, RetryProduct retry, CancellationToken cancellationToken) => retry.HandleAsync(idOrSlug, product, cancellationToken))
            .RequireSuperAdmin()
            .WithName(nameof(RetryProduct) + suffix)
            .WithSummary("Tries again to set up a product of a tenant for which that failed, was never begun, or waits for credentials. It goes on from what is there.")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.UnknownProduct, ControlPlaneProblems.ProductState, ControlPlaneProblems.WrongState, ControlPlaneProblems.OperationState, RequestProblems.Malformed);

    private async Task<Results<Accepted<TenantProductResponse>, ProblemHttpResult>> HandleAsync(string idOrSlug, string name, CancellationToken cancellationToken)
    {
        if (await db.TenantsNamed(idOrSlug).AsNoTracking().SingleOrDefaultAsync(cancellationToken) is not { } tenant)
        {
            return TenantStateAdmission.UnknownTenant();
        }

        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);

        // The operation before the product, as those do who work on it: they may be about to end it.
        var known = await db.TenantProducts.Where(product => product.TenantId == tenant.Id && product.Product == name).Select(product => product.OperationId).SingleOrDefaultAsync(cancellationToken);
        await db.Operations.Where(operation => operation.Id == known).ExecuteUpdateAsync(set => set.SetProperty(operation => operation.Token, operation => operation.Token), cancellationToken);
        if (await db.HoldProductAsync(tenant.Id, name, cancellationToken) is not { } product)
        {
            return ControlPlaneProblems.UnknownProduct.With("The tenant has never subscribed to a product of this name.");
        }

        if (tenant.IsGone)
        {
            return TenantStates.RefuseGone(tenant.Status);
        }

        var isLost = product is { State: ProductState.Provisioning, OperationId: null } && tenant.IsHoused; // by a server of a release that sets up none
        if (product.State is not (ProductState.Failed or ProductState.PendingCredentials) && !isLost)
        {
            return ControlPlaneProblems.ProductState.With($"The product is {ProductWords.Of(product.State)}, so there is nothing to retry.", [new("state", ProductWords.Of(product.State))]);
        }

        if (product.OperationId is not { } last || await db.Operations.AnyAsync(operation => operation.Id == last && (operation.State == OperationState.Cancelled || operation.State == OperationState.Succeeded), cancellationToken))
        {
            // What has come to its end stays so; another one begins anew.
            var anew = ProvisionProduct.Begin(db, product, clock.GetUtcNow());
            audit.Add(AuditActions.OperationRetried, tenant.Id, anew.Kind, details: new { operation = anew.Id });
            await db.SaveChangesAsync(cancellationToken);
            operations.Wake();
        }
        else if (await retry.ExecuteAsync(last, cancellationToken) is { Problem: { } problem })
        {
            return problem;
        }

        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Accepted($"/api/operations/{product.OperationId}", product.ToResponse());
    }
}
