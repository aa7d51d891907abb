using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Licenses;

/// <summary>One license of a tenant.</summary>
internal static class GetLicense
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapGet("/{idOrSlug}/licenses/{license:guid}", HandleAsync)
            .WithName(nameof(GetLicense) + suffix)
            .WithSummary("One license of a tenant, for super-admins and its own admins.")
            .WithProblems(TenancyProblems.Unknown, AccessProblems.NotAllowed, ControlPlaneProblems.UnknownLicense);

    /// <summary>The answer where a tenant has no license of an id; another tenant's is none of its own.</summary>
    public static ProblemHttpResult Unknown() => ControlPlaneProblems.UnknownLicense.With("No license of this tenant has this id.");

    private static async Task<Results<Ok<LicenseResponse>, ProblemHttpResult>> HandleAsync(
        string idOrSlug, Guid license, HttpContext context, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (tenant, refusal) = await db.FindLicensedAsync(idOrSlug, context, cancellationToken);
        if (tenant is null)
        {
            return refusal!; // one of the two is there
        }

        if (await db.Licenses.AsNoTracking().SingleOrDefaultAsync(one => one.TenantId == tenant.Id && one.Id == license, cancellationToken) is not { } found)
        {
            return Unknown();
        }

        EntityTag.Set(context.Response, found.Version);
        return TypedResults.Ok(found.ToResponse(tenant.Today(clock.GetUtcNow()), await db.IsBannedAsync(found.EnterpriseId, cancellationToken)));
    }
}
