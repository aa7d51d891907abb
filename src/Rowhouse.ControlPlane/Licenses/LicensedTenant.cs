using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.ControlPlane.Licenses;

/// <summary>A tenant whose licenses somebody asks for.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TimeZone">The zone whose days its licenses have.</param>
/// <param name="Status">Where it is in its life.</param>
internal sealed record LicensedTenant(TenantId Id, string TimeZone, TenantStatus Status)
{
    public bool IsGone => RegisteredTenant.Gone.Contains(Status);

    public DateOnly Today(DateTimeOffset now) => DayAt(now, TimeZoneInfo.FindSystemTimeZoneById(TimeZone));

    /// <summary>The day that it is somewhere. A clock that is put back or forward there moves no day.</summary>
    public static DateOnly DayAt(DateTimeOffset now, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
}

internal static class LicensedTenants
{
    /// <summary>Finds a tenant for whoever may read its licenses: those who run the platform and its own admins. To others it is unknown, as if it were not there.</summary>
    public static async Task<(LicensedTenant? Tenant, ProblemHttpResult? Problem)> FindLicensedAsync(this PlatformDbContext db, string idOrSlug, HttpContext context, CancellationToken cancellationToken)
    {
        // Admission lets nobody pass without a session.
        var signedIn = SignedIn.Of(context)!;
        var tenant = await db.TenantsNamed(idOrSlug).Select(tenant => new LicensedTenant(tenant.Id, tenant.TimeZone, tenant.Status)).SingleOrDefaultAsync(cancellationToken);
        return tenant switch
        {
            null => (null, TenantStateAdmission.UnknownTenant()),
            _ when signedIn.SuperAdmin => (tenant, null),
            _ => signedIn.RoleIn(tenant.Id) switch
            {
                null => (null, TenantStateAdmission.UnknownTenant()),
                _ when tenant.IsGone => (null, TenantStateAdmission.DeletedTenant()),
                Role.Admin => (tenant, null),
                _ => (null, AccessProblems.NotAllowed.With("Licenses are read by admins of the tenant. An admin can change your role.")),
            },
        };
    }
}
