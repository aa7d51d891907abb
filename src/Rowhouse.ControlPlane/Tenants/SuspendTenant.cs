using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Closes a tenant for a while.</summary>
internal static class SuspendTenant
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapPost("/{idOrSlug}/suspend", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(SuspendTenant) + suffix)
            .WithSummary("Closes a tenant for a while. Nothing is lost; its people are answered 423 until it is resumed.")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.WrongState, RequestProblems.ChangedMeanwhile, RequestProblems.Malformed);

    private static async Task<Results<Ok<TenantResponse>, ProblemHttpResult>> HandleAsync(
        string idOrSlug, HttpContext context, TenantChange tenants, CancellationToken cancellationToken)
    {
        var (tenant, problem) = await tenants.MoveAsync(
            idOrSlug, context, AuditActions.TenantSuspended, tenant => TenantStates.Become(tenant, TenantStatus.Suspended), cancellationToken);
        return problem is null ? TypedResults.Ok(tenant) : problem;
    }
}
