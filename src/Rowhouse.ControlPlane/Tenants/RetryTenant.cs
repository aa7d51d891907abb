using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Homes;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
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
            .WithName(nameof(RetryTenant) + suffix)
            .WithSummary("Tries again to make the home of a tenant for which that failed.")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.WrongState, ControlPlaneProblems.OperationState, RequestProblems.ChangedMeanwhile);

    private static async Task<Results<Accepted<TenantResponse>, ProblemHttpResult>> HandleAsync(
        string idOrSlug, HttpContext context, PlatformDbContext db, OperationRetry retry, OperationStarter operations, AuditTrail audit, CancellationToken cancellationToken)
    {
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        if (await db.FindTenantAsync(idOrSlug, cancellationToken) is not { } tenant)
        {
            return TenantStateAdmission.UnknownTenant();
        }

        var last = await db.Operations.AsNoTracking().OnHomes().Where(operation => operation.TenantId == tenant.Id).OrderByDescending(operation => operation.CreatedAt).ThenByDescending(operation => operation.Id).FirstOrDefaultAsync(cancellationToken);
        if (tenant.Status is not TenantStatus.Failed || last is null || last.Kind != Provision.Plan.Name)
        {
            return TenantStates.Refuse(tenant, TenantStatus.Creating);
        }

        if (last.State is OperationState.Cancelled)
        {
            // What was cancelled stays so; another one begins with the first step.
            tenant.TryBecome(TenantStatus.Creating);
            last = operations.Add(Provision.Plan, tenant.Id, OperationPlan<ProvisionData>.Read(last.Data));
            audit.Add(AuditActions.OperationRetried, tenant.Id, last.Kind, details: new { operation = last.Id });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || exception.IsUniqueViolation())
            {
                return RequestProblems.ChangedMeanwhile.With("Somebody else has just asked for the same. Read the tenant again.");
            }

            operations.Wake();
        }
        else if (await retry.ExecuteAsync(last.Id, cancellationToken) is { Problem: { } problem })
        {
            return problem;
        }

        await transaction.CommitAsync(cancellationToken);
        EntityTag.Set(context.Response, tenant.Version);
        return TypedResults.Accepted($"/api/operations/{last.Id}", tenant.ToResponse(withAccount: true));
    }
}
