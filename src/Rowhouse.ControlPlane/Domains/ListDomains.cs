using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Domains;

/// <summary>The domains of the scope's tenant, page by page.</summary>
internal static class ListDomains
{
    public static PageSorts<Domain> Sorts { get; } = new()
    {
        { "host", domain => ValueTuple.Create(domain.Host) },
        { "addedAt", domain => ValueTuple.Create(domain.AddedAt, domain.Host) },
    };

    public static void Map(RouteGroupBuilder domains) =>
        domains.MapGet("", HandleAsync)
            .RequirePermission(PlatformPermissions.ReadDomains)
            .WithName(nameof(ListDomains))
            .WithSummary("The domains of the tenant, claimed and proven. Sorted by host or addedAt.")
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<DomainResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] PageQuery page, PlatformDbContext db, TenantScope scope, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!page.TryRead(Sorts, "host", out var order, out var problem))
        {
            return problem;
        }

        var tenant = scope.Tenant.Id;
        var domains = db.StandingDomains(clock.GetUtcNow()).AsNoTracking().Where(domain => domain.TenantId == tenant);
        var rows = await order.Page(domains).ToListAsync(cancellationToken);
        return TypedResults.Ok(order.ToPage(rows, domain => domain.ToResponse(), order.Count ? await domains.LongCountAsync(cancellationToken) : null));
    }
}
