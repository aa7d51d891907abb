using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Domains;

/// <summary>Gives a domain up: the claim, and that the host leads to the tenant.</summary>
internal static class RemoveDomain
{
    public static void Map(RouteGroupBuilder domains) =>
        domains.MapDelete("/{host}", HandleAsync)
            .RequirePermission(PlatformPermissions.EditDomains)
            .WithName(nameof(RemoveDomain))
            .WithSummary("Gives a domain up. Requests to the host lead to the tenant no more.")
            .WithProblems(ControlPlaneProblems.UnknownDomain, RequestProblems.ChangedAtOnce);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(string host, DomainChange domains, PlatformDbContext db, CancellationToken cancellationToken)
    {
        var (_, problem) = await domains.ApplyAsync(
            host,
            AuditActions.DomainRemoved,
            (domain, tenant) =>
            {
                db.Domains.Remove(domain);
                tenant.RemoveHost(domain.Host);
                return true;
            },
            cancellationToken);
        return problem is null ? TypedResults.NoContent() : problem;
    }
}
