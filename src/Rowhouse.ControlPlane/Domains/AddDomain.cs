using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Idempotency;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Domains;

/// <summary>Claims a domain for the scope's tenant. Of several that ask for one host at once one gets it: its key decides.</summary>
internal sealed class AddDomain(PlatformDbContext db, TenantScope scope, DomainRules rules, AuditTrail audit, TimeProvider clock)
{
    // Who comes second finds the first at the next attempt, unless that one is given up meanwhile.
    private const int Attempts = 5;

    public static void Map(RouteGroupBuilder domains) =>
        domains.MapPost("", (AddDomainRequest request, AddDomain add, CancellationToken cancellationToken) => add.HandleAsync(request, cancellationToken))
            .RequirePermission(PlatformPermissions.EditDomains)
            .WithIdempotencyIn<PlatformIdempotencyStore>()
            .WithName(nameof(AddDomain))
            .WithSummary("Claims a domain. The answer has the DNS record to set; a claim that is not proven lapses after 7 days.")
            .WithProblems(ControlPlaneProblems.DomainTaken, ControlPlaneProblems.TooManyDomains, RequestProblems.ChangedAtOnce);

    private async Task<Results<Created<DomainResponse>, Ok<DomainResponse>, ProblemHttpResult>> HandleAsync(AddDomainRequest request, CancellationToken cancellationToken)
    {
        if (rules.Explain(request.Host, out var host) is { } wrong)
        {
            var errors = new FieldErrors();
            errors.Add("host", wrong);
            return errors.ToProblem();
        }

        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            db.ChangeTracker.Clear();
            try
            {
                return await TryAsync(host, cancellationToken);
            }
            catch (DbUpdateException exception) when (exception.IsUniqueViolation())
            {
                // Look again whose it is now.
            }
        }

        return DomainChange.Contended();
    }

    private async Task<Results<Created<DomainResponse>, Ok<DomainResponse>, ProblemHttpResult>> TryAsync(string host, CancellationToken cancellationToken)
    {
        var tenant = scope.Tenant.Id;
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        await WaitForOthersAsync(tenant, cancellationToken);
        var now = clock.GetUtcNow();
        if (await db.StandingDomains(now).SingleOrDefaultAsync(domain => domain.Host == host, cancellationToken) is { } standing)
        {
            return standing.TenantId == tenant ? TypedResults.Ok(standing.ToResponse()) : DomainChange.Taken();
        }

        if (await db.LeadsElsewhereAsync(host, tenant, cancellationToken))
        {
            return DomainChange.Taken();
        }

        if (await db.StandingDomains(now).CountAsync(domain => domain.TenantId == tenant, cancellationToken) >= Domain.Most)
        {
            return ControlPlaneProblems.TooManyDomains.With($"A tenant has at most {Domain.Most} domains, claimed and proven. Remove one first.");
        }

        await db.Domains.Where(lapsed => lapsed.Host == host && lapsed.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        var claim = Domain.Claim(host, tenant, now);
        db.Domains.Add(claim);
        audit.Add(AuditActions.DomainAdded, tenant, host);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Created($"/api/domains/{host}", claim.ToResponse());
    }

    // One tenant's claims are made one after another, so that no two of them take its last place.
    private Task<int> WaitForOthersAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var key = $"domains {tenant}";
#pragma warning disable RS0030 // EF Core has no locks of this kind
        return db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({key}, 0))", cancellationToken);
#pragma warning restore RS0030
    }
}
