using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Homes;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Tries again to make the home of a tenant for which that failed.</summary>
internal static class RetryTenant
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapPost("/{idOrSlug}/retry", HandleAsync)
            .RequireSuperAdmin()
            .WithPreferWait()
            .WithName(nameof(RetryTenant) + suffix)
            .WithSummary("Tries again to make the home of a tenant for which that failed.")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.WrongState, ControlPlaneProblems.OperationState);

    private static async Task<Results<Accepted<TenantResponse>, ProblemHttpResult>> HandleAsync(string idOrSlug, HttpContext context, PlatformDbContext db, OperationRetry retry, CancellationToken cancellationToken)
    {
        if (await db.FindTenantAsync(idOrSlug, cancellationToken) is not { } tenant)
        {
            return TenantStateAdmission.UnknownTenant();
        }

        var last = await db.Operations.Where(operation => operation.TenantId == tenant.Id).OrderByDescending(operation => operation.CreatedAt).ThenByDescending(operation => operation.Id).FirstOrDefaultAsync(cancellationToken);
        if (tenant.Status is not TenantStatus.Failed || last is not { Kind: ProvisionHome.Kind })
        {
            return TenantStates.Refuse(tenant, TenantStatus.Creating);
        }

        db.ChangeTracker.Clear();
        if (await retry.ExecuteAsync(last.Id, cancellationToken) is { Problem: { } problem })
        {
            return problem;
        }

        tenant = await db.FindTenantAsync(idOrSlug, cancellationToken) ?? tenant;
        EntityTag.Set(context.Response, tenant.Version);
        return TypedResults.Accepted($"/api/operations/{last.Id}", tenant.ToResponse(withAccount: true));
    }
}
