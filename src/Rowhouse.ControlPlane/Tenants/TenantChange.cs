using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Changes one tenant: found, unchanged since the caller read it, recorded, saved, and known to this node when the caller hears of it.</summary>
internal sealed class TenantChange(PlatformDbContext db, TenantDirectory directory, AuditTrail audit)
{
    private const int Attempts = 5;

    public async Task<(TenantResponse? Tenant, ProblemHttpResult? Problem)> ApplyAsync(
        string idOrSlug,
        HttpContext context,
        string action,
        string? subject,
        Func<RegisteredTenant, ProblemHttpResult?> change,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            db.ChangeTracker.Clear();
            if (await db.FindTenantAsync(idOrSlug, cancellationToken) is not { } tenant)
            {
                return (null, TenantStateAdmission.UnknownTenant());
            }

            var before = TenantWords.Of(tenant.Status);
            if (EntityTag.Check(context.Request, tenant.Version) is { } changed)
            {
                return (null, changed);
            }

            if (change(tenant) is { } refusal)
            {
                return (null, refusal);
            }

            audit.Add(action, tenant.Id, subject ?? tenant.Slug.Value, details: new { before, after = TenantWords.Of(tenant.Status) });
            try
            {
                await db.SaveChangesAsync(CancellationToken.None); // given up at the COMMIT, nobody would know how it ended
            }
            catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || exception.IsUniqueViolation())
            {
                if (attempt < Attempts)
                {
                    continue;
                }

                return (null, RequestProblems.ChangedMeanwhile.With("The tenant is being changed by others at the same time. Read it again and decide anew."));
            }

            db.AfterCommit(() => directory.Apply(tenant.ToEntry()));
            EntityTag.Set(context.Response, tenant.Version);
            return (tenant.ToResponse(withAccount: true), null);
        }
    }
}
