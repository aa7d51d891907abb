using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Deprovisioning;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Closes a tenant for good. Its rows are kept for its retention, in which it can be revived; of one that never had a home all goes at once.</summary>
internal static class DeleteTenant
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapDelete("/{idOrSlug}", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(DeleteTenant) + suffix)
            .WithSummary("Deletes a tenant, confirmed by its slug. All of it stops at once and is kept until its retention ends; until then it can be revived.")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.Protected, ControlPlaneProblems.WrongState, ControlPlaneProblems.OperationState, RequestProblems.ChangedMeanwhile, RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<TenantResponse>, ProblemHttpResult>> HandleAsync(
        string idOrSlug, string? confirm, HttpContext context, PlatformDbContext db, TenantChange tenants, OperationStarter operations, ControlPlaneOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (tenant, problem) = await tenants.MoveAsync(idOrSlug, context, AuditActions.TenantDeleted, DeleteAsync, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        operations.Wake();
        return TypedResults.Ok(tenant);

        async Task<ProblemHttpResult?> DeleteAsync(RegisteredTenant tenant)
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

            if (tenant.Status is TenantStatus.Creating or TenantStatus.Failed
                && await db.Operations.Where(operation => operation.TenantId == tenant.Id).OnHomes().Unended().Select(operation => (Guid?)operation.Id).SingleOrDefaultAsync(cancellationToken) is { } under)
            {
                return ControlPlaneProblems.OperationState.With($"Its home is being made or undone by the operation {under}. Cancel that first, or wait for its end; where it is stuck, mend what it names.");
            }

            if (tenant.TryAbandon(clock.GetUtcNow()))
            {
                operations.Add(Deprovision.Plan, tenant.Id, DeprovisionData.Of(tenant));
                return null;
            }

            return tenant.TryDelete(clock.GetUtcNow(), options.Retention) ? null : TenantStates.Refuse(tenant, TenantStatus.Deleted);
        }
    }
}
