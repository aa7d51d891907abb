using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>One tenant: any for those who run the platform, their own for its members.</summary>
internal static class GetTenant
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapGet("/{idOrSlug}", HandleAsync)
            .WithName(nameof(GetTenant) + suffix)
            .WithSummary("One tenant, by its id, slug or external id.")
            .WithProblems(TenancyProblems.Unknown, TenancyProblems.Deleted);

    private static async Task<Results<Ok<TenantResponse>, ProblemHttpResult>> HandleAsync(
        string idOrSlug, HttpContext context, PlatformDbContext db, CancellationToken cancellationToken)
    {
        // Admission lets nobody pass without a session.
        var signedIn = SignedIn.Of(context)!;
        if (await db.FindTenantAsync(idOrSlug, cancellationToken) is not { } tenant || !(signedIn.SuperAdmin || signedIn.RoleIn(tenant.Id) is not null))
        {
            return TenantStateAdmission.UnknownTenant();
        }

        if (tenant.IsGone && !signedIn.SuperAdmin)
        {
            return TenantStateAdmission.DeletedTenant();
        }

        EntityTag.Set(context.Response, tenant.Version);
        return TypedResults.Ok(tenant.ToResponse(withAccount: signedIn.SuperAdmin || signedIn.RoleIn(tenant.Id) is Role.Admin));
    }
}
