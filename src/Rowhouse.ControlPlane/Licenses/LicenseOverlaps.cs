using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Licenses;

/// <summary>That no two licenses of a tenant for the same thing have a day in common.</summary>
internal static class LicenseOverlaps
{
    /// <summary>Lets others that change the tenant's licenses wait until the transaction ends. Not an exclusion constraint: that needs an extension, which not every server has.</summary>
    public static Task LockLicensesAsync(this PlatformDbContext db, TenantId tenant, CancellationToken cancellationToken)
    {
        var key = $"licenses {tenant}";
#pragma warning disable RS0030 // EF Core has no locks of this kind
        return db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({key}, 0))", cancellationToken);
#pragma warning restore RS0030
    }

    /// <summary>Refuses a license that overlaps another one of its tenant. Asked under the lock.</summary>
    public static async Task<ProblemHttpResult?> RefuseOverlapAsync(this PlatformDbContext db, License license, CancellationToken cancellationToken)
    {
        var other = await db.Licenses.AsNoTracking()
            .Where(other => other.TenantId == license.TenantId && other.EnterpriseId == license.EnterpriseId && other.ProductId == license.ProductId && other.ServiceId == license.ServiceId
                && other.Id != license.Id && other.StartDate <= license.EndDate && license.StartDate <= other.EndDate)
            .OrderBy(other => other.StartDate)
            .FirstOrDefaultAsync(cancellationToken);
        return other is null
            ? null
            : ControlPlaneProblems.LicenseOverlaps.With(
                $"The license {other.Id} is of the same enterprise for the same product and service, from {other.StartDate:yyyy-MM-dd} to {other.EndDate:yyyy-MM-dd}. Choose other days, or change that one.",
                [new("licenseId", other.Id)]);
    }
}
