using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Domains;

/// <summary>
/// Changes one domain of the scope's tenant, and with it whether the host leads to the tenant: both are kept or neither, and known to this
/// node when the caller hears of it.
/// </summary>
internal sealed class DomainChange(PlatformDbContext db, TenantScope scope, TenantDirectory directory, AuditTrail audit, TimeProvider clock)
{
    private const int Attempts = 5;

    /// <summary>Finds the domain, changes it, records and saves that.</summary>
    /// <param name="host">The host, in any spelling.</param>
    /// <param name="action">What the audit calls it.</param>
    /// <param name="change">Changes the domain and its tenant; <see langword="false"/> where there is nothing to change.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<(Domain? Domain, ProblemHttpResult? Problem)> ApplyAsync(string host, string action, Func<Domain, RegisteredTenant, bool> change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            db.ChangeTracker.Clear();
            if (await db.FindDomainAsync(host, scope.Tenant.Id, clock.GetUtcNow(), cancellationToken) is not { } domain
                || await db.FindTenantAsync(scope.Tenant.Id.ToString(), cancellationToken) is not { IsGone: false } tenant)
            {
                return (null, Unknown());
            }

            if (!change(domain, tenant))
            {
                return (domain, null);
            }

            audit.Add(action, tenant.Id, domain.Host);
            try
            {
                await db.SaveChangesAsync(CancellationToken.None); // given up at the COMMIT, nobody would know how it ended
            }
            catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || exception.IsUniqueViolation())
            {
                if (await db.LeadsElsewhereAsync(domain.Host, tenant.Id, cancellationToken))
                {
                    return (null, Taken());
                }

                if (attempt == Attempts)
                {
                    return (null, Contended());
                }

                continue;
            }

            directory.Apply(tenant.ToEntry());
            return (domain, null);
        }
    }

    /// <summary>The one answer for a host that is no domain of the tenant, whoever else has it.</summary>
    public static ProblemHttpResult Unknown() => ControlPlaneProblems.UnknownDomain.With("The tenant has no domain of this name, or the claim has lapsed. Add it first.");

    public static ProblemHttpResult Contended() => RequestProblems.ChangedAtOnce.With("The domain or its tenant is being changed by others at the same moment. Try again.");

    /// <summary>The one answer for a host that another tenant has, in whatever way.</summary>
    public static ProblemHttpResult Taken() => ControlPlaneProblems.DomainTaken.With("Another tenant claims this domain or has proven it. A claim that is not proven lapses after 7 days; where the domain is yours, ask the platform's operator.");
}
