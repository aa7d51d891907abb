using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Licenses;

/// <summary>The licenses of a tenant, page by page.</summary>
internal static class ListLicenses
{
    public static PageSorts<License> Sorts { get; } = new()
    {
        { "startDate", license => ValueTuple.Create(license.StartDate, license.Id) },
        { "endDate", license => ValueTuple.Create(license.EndDate, license.Id) },
    };

    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapGet("/{idOrSlug}/licenses", HandleAsync)
            .WithName(nameof(ListLicenses) + suffix)
            .WithSummary("The licenses of a tenant, for super-admins and its own admins. Sorted by startDate or endDate.")
            .WithProblems(TenancyProblems.Unknown, AccessProblems.NotAllowed, RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<LicenseResponse>>, ProblemHttpResult>> HandleAsync(
        string idOrSlug, [AsParameters] PageQuery page, HttpContext context, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (tenant, refusal) = await db.FindLicensedAsync(idOrSlug, context, cancellationToken);
        if (tenant is null)
        {
            return refusal!; // one of the two is there
        }

        if (!page.TryRead(Sorts, "startDate", out var order, out var problem))
        {
            return problem;
        }

        var licenses = db.Licenses.AsNoTracking().Where(license => license.TenantId == tenant.Id);
        var rows = await order.Page(licenses).ToListAsync(cancellationToken);
        var banned = await db.BannedAsync(rows.Select(license => license.EnterpriseId), cancellationToken);
        var today = tenant.Today(clock.GetUtcNow());
        return TypedResults.Ok(order.ToPage(
            rows,
            license => license.ToResponse(today, banned.Contains(license.EnterpriseId)),
            order.Count ? await licenses.LongCountAsync(cancellationToken) : null));
    }
}
