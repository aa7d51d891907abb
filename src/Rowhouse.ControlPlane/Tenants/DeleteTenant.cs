using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Closes a tenant for good. Its rows are kept for its retention, in which it can be revived.</summary>
internal static class DeleteTenant
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapDelete("/{idOrSlug}", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(DeleteTenant) + suffix)
            .WithSummary("Deletes a tenant, confirmed by its slug. All of it stops at once and is kept until its retention ends; until then it can be revived.")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.Protected, ControlPlaneProblems.WrongState, RequestProblems.ChangedMeanwhile, RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<TenantResponse>, ProblemHttpResult>> HandleAsync(
        string idOrSlug, string? confirm, HttpContext context, TenantChange tenants, ControlPlaneOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (tenant, problem) = await tenants.MoveAsync(idOrSlug, context, AuditActions.TenantDeleted, Delete, cancellationToken);
        return problem is null ? TypedResults.Ok(tenant) : problem;

        ProblemHttpResult? Delete(RegisteredTenant tenant)
        {
            if (tenant.DeletionProtection)
            {
                return ControlPlaneProblems.Protected.With("Set deletionProtection to false first, by PATCH.");
            }

            if (confirm != tenant.Slug.Value)
            {
                var errors = new FieldErrors();
                errors.Add("confirm", confirm is null ? "Confirm by the tenant's slug: ?confirm=…" : "This is not the slug of the tenant that would be deleted.");
                return errors.ToProblem();
            }

            return tenant.TryDelete(clock.GetUtcNow(), options.Retention) ? null : TenantStates.Refuse(tenant, TenantStatus.Deleted);
        }
    }
}
