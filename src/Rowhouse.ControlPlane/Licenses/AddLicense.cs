using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Idempotency;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Licenses;

/// <summary>Gives a tenant a license. Of several at once that overlap one is kept.</summary>
internal sealed class AddLicense(PlatformDbContext db, LicenseRules rules, AuditTrail audit, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapPost("/{idOrSlug}/licenses", (string idOrSlug, LicenseRequest request, AddLicense add, HttpContext context, CancellationToken cancellationToken) =>
                add.HandleAsync(idOrSlug, request, context, cancellationToken))
            .DisableValidation() // what the lists say is told together with the annotations
            .RequireSuperAdmin()
            .WithIdempotencyIn<PlatformIdempotencyStore>()
            .WithName(nameof(AddLicense) + suffix)
            .WithSummary("Gives a tenant a license.")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.WrongState, ControlPlaneProblems.LicenseOverlaps);

    private async Task<Results<Created<LicenseResponse>, ProblemHttpResult>> HandleAsync(string idOrSlug, LicenseRequest request, HttpContext context, CancellationToken cancellationToken)
    {
        var (tenant, refusal) = await db.FindLicensedAsync(idOrSlug, context, cancellationToken);
        if (tenant is null)
        {
            return refusal!; // one of the two is there
        }

        if (tenant.IsGone)
        {
            return TenantStates.RefuseGone(tenant.Status);
        }

        var errors = new FieldErrors();
        await rules.CheckAsync(request, before: null, errors, cancellationToken);
        if (!errors.IsEmpty)
        {
            return errors.ToProblem();
        }

        var now = clock.GetUtcNow();
        var license = License.Of(request, tenant.Id, now);
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        await db.LockLicensesAsync(tenant.Id, cancellationToken);
        if (await db.RefuseOverlapAsync(license, cancellationToken) is { } overlap)
        {
            return overlap;
        }

        db.Licenses.Add(license);
        audit.Add(AuditActions.LicenseAdded, tenant.Id, license.Id.ToString(), details: license.ToRequest());
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        EntityTag.Set(context.Response, license.Version);
        return TypedResults.Created(
            $"/api/tenants/{tenant.Id}/licenses/{license.Id}",
            license.ToResponse(tenant.Today(now), await db.IsBannedAsync(license.EnterpriseId, cancellationToken)));
    }
}
