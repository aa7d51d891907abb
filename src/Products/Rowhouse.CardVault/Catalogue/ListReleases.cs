using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>Lists the releases of the checklists by year.</summary>
internal static class ListReleases
{
    public static PageSorts<CatalogueRelease> Sorts { get; } = new() { { "year", release => ValueTuple.Create(release.Year, release.Name, release.Id) } };

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/catalogue/releases", HandleAsync)
            .WithName(nameof(ListReleases))
            .WithSummary("List the releases that have checklists.")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<ReleaseSummary>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] PageQuery page,
        [Description("Only those of a year.")] int? year,
        [Description("Only those of a sport, for example baseball.")] string? sport,
        CardVaultDbContext db,
        CancellationToken cancellationToken)
    {
        if (!page.TryRead(Sorts, "-year", out var order, out var problem))
        {
            return problem;
        }

        var releases = db.Releases.AsNoTracking();
        if (year is not null)
        {
            releases = releases.Where(release => release.Year == year);
        }

        if (!string.IsNullOrWhiteSpace(sport))
        {
            var wanted = sport.Trim().ToLowerInvariant();
            releases = releases.Where(release => release.Sport == wanted);
        }

        long? total = order.Count ? await releases.LongCountAsync(cancellationToken) : null;
        var rows = await order.Page(releases).ToListAsync(cancellationToken);
        return TypedResults.Ok(order.ToPage(rows, release => new ReleaseSummary(release.Id, release.Name, release.Sport, release.Year, release.Manufacturer, release.CardCount), total));
    }
}
