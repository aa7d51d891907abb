using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Licenses;

/// <summary>Says whether a tenant is licensed today, and if not, the first reason why not.</summary>
internal sealed class ValidateLicense(PlatformDbContext db, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapPost("/{idOrSlug}/licenses/validate", (string idOrSlug, ValidateLicenseRequest request, ValidateLicense validate, HttpContext context, CancellationToken cancellationToken) =>
                validate.HandleAsync(idOrSlug, request, context, cancellationToken))
            .DisableValidation() // the parts of a scope are checked together with the annotations
            .WithName(nameof(ValidateLicense) + suffix)
            .WithSummary("Whether a tenant is licensed today, for super-admins and its own admins: valid, or the first reason why not.")
            .WithProblems(TenancyProblems.Unknown, AccessProblems.NotAllowed);

    private async Task<Results<Ok<LicenseValidationResponse>, ProblemHttpResult>> HandleAsync(string idOrSlug, ValidateLicenseRequest request, HttpContext context, CancellationToken cancellationToken)
    {
        var (tenant, refusal) = await db.FindLicensedAsync(idOrSlug, context, cancellationToken);
        if (tenant is null)
        {
            return refusal!; // one of the two is there
        }

        var errors = new FieldErrors();
        errors.Check(request);
        LicenseScope.Check(request.Scope, "scope", errors);
        if (!errors.IsEmpty)
        {
            return errors.ToProblem();
        }

        var today = tenant.Today(clock.GetUtcNow());
        var license = await FindAsync(tenant.Id, request, today, cancellationToken);
        var question = new LicenseQuestion(today)
        {
            Banned = license is not null && await db.IsBannedAsync(license.EnterpriseId, cancellationToken),
            Entitled = request.Entitlement is not { } product || await db.Subscriptions.AnyAsync(one => one.TenantId == tenant.Id && one.Product == product, cancellationToken),
            Scope = request.Scope ?? [],
            Users = request.Users,
        };
        var code = LicenseCheck.Judge(license, question);
        return TypedResults.Ok(new LicenseValidationResponse(code is LicenseCode.Valid, LicenseWords.Of(code), license?.ToResponse(today, question.Banned), Explain(code, license, request)));
    }

    // Of licenses for one thing no two have a day in common: the one that began last is today's, or was the last.
    private async Task<License?> FindAsync(TenantId tenant, ValidateLicenseRequest request, DateOnly today, CancellationToken cancellationToken)
    {
        var licenses = db.Licenses.AsNoTracking().Where(license =>
            license.TenantId == tenant && license.EnterpriseId == request.EnterpriseId && license.ProductId == request.ProductId && license.ServiceId == request.ServiceId);
        return await licenses.Where(license => license.StartDate <= today).OrderByDescending(license => license.StartDate).FirstOrDefaultAsync(cancellationToken)
            ?? await licenses.OrderBy(license => license.StartDate).FirstOrDefaultAsync(cancellationToken);
    }

    private static string Explain(LicenseCode code, License? license, ValidateLicenseRequest request) => code switch
    {
        LicenseCode.Valid => $"The license holds. Its last day is {license!.EndDate:yyyy-MM-dd}; days of grace after it: {license.GracePeriodDays}.", // only a license is valid
        LicenseCode.NotFound => "The tenant has no license of this enterprise for this product and service.",
        LicenseCode.Banned => "The license's enterprise is banned.",
        LicenseCode.Suspended => "The license is suspended.",
        LicenseCode.Upcoming => $"The license is not valid yet: its first day is {license!.StartDate:yyyy-MM-dd}.", // as of the next
        LicenseCode.Expired => $"The license has expired: its last day was {license!.EndDate:yyyy-MM-dd}; days of grace after it: {license.GracePeriodDays}.",
        LicenseCode.Overdue => "An invoice for the license is overdue.",
        LicenseCode.EntitlementMissing => $"The tenant does not subscribe to the product {request.Entitlement}.",
        LicenseCode.ScopeMismatch => $"The license is limited to {string.Join(", ", license!.Scope)}.",
        _ => $"The license allows {license!.MostUsers} users.",
    };
}
