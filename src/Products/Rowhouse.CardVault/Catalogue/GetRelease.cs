using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>Shows a release with its sets.</summary>
internal static class GetRelease
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/catalogue/releases/{id:guid}", HandleAsync)
            .WithName(nameof(GetRelease))
            .WithSummary("Show a release with its sets.")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(CardVaultProblems.UnknownChecklist);

    private static async Task<Results<Ok<ReleaseResponse>, ProblemHttpResult>> HandleAsync(Guid id, CardVaultDbContext db, CancellationToken cancellationToken)
    {
        var found = await db.Releases.AsNoTracking().Where(release => release.Id == id)
            .Select(release => new ReleaseResponse(
                release.Id,
                release.Name,
                release.Sport,
                release.Year,
                release.Manufacturer,
                release.CardCount,
                release.Sets.OrderBy(set => set.Ordinal).Select(set => new SetSummary(set.Id, set.Name, set.Kind != SetKind.Insert, set.CardCount)).ToList()))
            .FirstOrDefaultAsync(cancellationToken);
        return found is null ? CardVaultProblems.UnknownChecklist.With("No release has this id.") : TypedResults.Ok(found);
    }
}
