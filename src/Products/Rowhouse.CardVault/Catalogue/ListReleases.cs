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
        if (!page.TryRead(["year"], "-year", keys: 3, out var order, out var problem))
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
        if (order.After is not null)
        {
            var (lastYear, lastName, lastId) = (order.AfterValue<int>(0), order.After[1] ?? "", order.AfterValue<Guid>(2));
            releases = order.Descending
                ? releases.Where(release => EF.Functions.LessThan(ValueTuple.Create(release.Year, release.Name, release.Id), ValueTuple.Create(lastYear, lastName, lastId)))
                : releases.Where(release => EF.Functions.GreaterThan(ValueTuple.Create(release.Year, release.Name, release.Id), ValueTuple.Create(lastYear, lastName, lastId)));
        }

        releases = order.Descending
            ? releases.OrderByDescending(release => release.Year).ThenByDescending(release => release.Name).ThenByDescending(release => release.Id)
            : releases.OrderBy(release => release.Year).ThenBy(release => release.Name).ThenBy(release => release.Id);
        var rows = await releases.Take(order.Take)
            .Select(release => new ReleaseSummary(release.Id, release.Name, release.Sport, release.Year, release.Manufacturer, release.CardCount))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(order.ToPage(rows, row => row, row => [PageOrder.Key(row.Year), row.Name, PageOrder.Key(row.Id)], total));
    }
}
