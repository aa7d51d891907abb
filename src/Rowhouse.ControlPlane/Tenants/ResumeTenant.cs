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

/// <summary>Opens a suspended tenant again.</summary>
internal static class ResumeTenant
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapPost("/{idOrSlug}/resume", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(ResumeTenant) + suffix)
            .WithSummary("Opens a suspended tenant again.")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.WrongState, RequestProblems.ChangedMeanwhile, RequestProblems.Malformed);

    private static async Task<Results<Ok<TenantResponse>, ProblemHttpResult>> HandleAsync(
        string idOrSlug, HttpContext context, TenantChange tenants, CancellationToken cancellationToken)
    {
        var (tenant, problem) = await tenants.MoveAsync(
            idOrSlug, context, AuditActions.TenantResumed, tenant => TenantStates.Become(tenant, TenantStatus.Active), cancellationToken);
        return problem is null ? TypedResults.Ok(tenant) : problem;
    }
}
