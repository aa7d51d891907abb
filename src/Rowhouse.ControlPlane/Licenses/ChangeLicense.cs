using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Licenses;

/// <summary>Changes a license by a JSON merge patch; the license as it would become is checked as a whole. Changes of one tenant's licenses are made one after another, so that none is lost.</summary>
internal sealed class ChangeLicense(PlatformDbContext db, LicenseRules rules, AuditTrail audit, IOptions<JsonOptions> json, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapPatch("/{idOrSlug}/licenses/{license:guid}", (string idOrSlug, Guid license, ChangeLicense change, HttpContext context, CancellationToken cancellationToken) =>
                change.HandleAsync(idOrSlug, license, context, cancellationToken))
            .Accepts<LicenseRequest>("application/merge-patch+json", "application/json")
            .RequireSuperAdmin()
            .WithName(nameof(ChangeLicense) + suffix)
            .WithSummary("Changes a license: fields that are absent stay, null takes away (RFC 7396).")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.UnknownLicense, ControlPlaneProblems.WrongState, ControlPlaneProblems.LicenseOverlaps, RequestProblems.ChangedMeanwhile, RequestProblems.Invalid, RequestProblems.Malformed);

    private async Task<Results<Ok<LicenseResponse>, ProblemHttpResult>> HandleAsync(string idOrSlug, Guid id, HttpContext context, CancellationToken cancellationToken)
    {
        // Read here, not bound: the document then shows the fields of a license instead of any JSON.
        var patch = await MergePatch.ReadAsync(context.Request, cancellationToken);
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return RequestProblems.Malformed.With("A change is a JSON object with the fields to change.");
        }

        var (tenant, refusal) = await db.FindLicensedAsync(idOrSlug, context, cancellationToken);
        if (tenant is null)
        {
            return refusal!; // one of the two is there
        }

        if (tenant.IsGone)
        {
            return TenantStates.RefuseGone(tenant.Status);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.LockLicensesAsync(tenant.Id, cancellationToken);
        if (await db.Licenses.SingleOrDefaultAsync(one => one.TenantId == tenant.Id && one.Id == id, cancellationToken) is not { } license)
        {
            return GetLicense.Unknown();
        }

        if (EntityTag.Check(context.Request, license.Version) is { } stale)
        {
            return stale;
        }

        if (MergePatch.Unknown<LicenseRequest>(patch, json.Value.SerializerOptions) is { Count: > 0 } unknown)
        {
            return RequestProblems.Invalid.With("The change names fields that a license does not have.", unknown);
        }

        var before = license.ToRequest();
        var request = MergePatch.Over(before, patch, json.Value.SerializerOptions, out var changes);
        if (changes)
        {
            var errors = new FieldErrors();
            await rules.CheckAsync(request, before, errors, cancellationToken);
            if (!errors.IsEmpty)
            {
                return errors.ToProblem();
            }

            license.Become(request);
        }

        // A null that takes away what is not there, or a space at the end of a name, changes nothing either.
        if (db.Entry(license).State is EntityState.Modified)
        {
            license.Touch();
            if (await db.RefuseOverlapAsync(license, cancellationToken) is { } overlap)
            {
                return overlap;
            }

            audit.Add(AuditActions.LicenseChanged, tenant.Id, id.ToString(), details: new { before, after = license.ToRequest() });
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        EntityTag.Set(context.Response, license.Version);
        return TypedResults.Ok(license.ToResponse(tenant.Today(clock.GetUtcNow()), await db.IsBannedAsync(license.EnterpriseId, cancellationToken)));
    }
}
