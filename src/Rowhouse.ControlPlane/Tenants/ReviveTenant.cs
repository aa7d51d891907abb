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

/// <summary>Brings a deleted tenant back as it was.</summary>
internal static class ReviveTenant
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapPost("/{idOrSlug}/revive", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(ReviveTenant) + suffix)
            .WithSummary("Brings a deleted tenant back as it was, until its retention ends.")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.WrongState, ControlPlaneProblems.RetentionEnded, RequestProblems.ChangedMeanwhile, RequestProblems.Malformed);

    private static async Task<Results<Ok<TenantResponse>, ProblemHttpResult>> HandleAsync(
        string idOrSlug, HttpContext context, TenantChange tenants, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (tenant, problem) = await tenants.MoveAsync(idOrSlug, context, AuditActions.TenantRevived, Revive, cancellationToken);
        return problem is null ? TypedResults.Ok(tenant) : problem;

        ProblemHttpResult? Revive(RegisteredTenant tenant) =>
            tenant.TryRevive(clock.GetUtcNow()) ? null
            : tenant.Status is TenantStatus.Deleted ? ControlPlaneProblems.RetentionEnded.With($"The tenant could be revived until {tenant.RetainedUntil:u}.")
            : TenantStates.Refuse(tenant, TenantStatus.Active);
    }
}
