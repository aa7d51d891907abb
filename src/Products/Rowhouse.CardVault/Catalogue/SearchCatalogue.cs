using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>Searches the checklists as a collector types: <c>griffey 89 ud</c>.</summary>
internal static class SearchCatalogue
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/catalogue/search", HandleAsync)
            .WithName(nameof(SearchCatalogue))
            .WithSummary("Search the checklists by words in any order, beginnings of words, numbers, years and brands, also short ones.")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(RequestProblems.Invalid);

    private static async Task<Results<Ok<CatalogueSearchResponse>, ProblemHttpResult>> HandleAsync(
        [Description("What to search for, at most 200 characters.")] string? q,
        [Description("How many to give at most, 1 to 100; 20 by default."), Range(1, MaxLimit)] int? limit,
        CardVaultDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (q?.Length > SearchTerms.MaxLength)
        {
            return RequestProblems.Invalid.With("The search is too long.", new Dictionary<string, string[]> { ["q"] = [$"At most {SearchTerms.MaxLength} characters."] });
        }

        var terms = SearchTerms.Parse(q ?? "", clock.GetUtcNow().Year);
        var found = await CatalogueFinder.FindAsync(db, terms.Stages(), limit ?? DefaultLimit, cancellationToken);
        var cards = await CatalogueCards.LoadAsync(db, found, cancellationToken);
        return TypedResults.Ok(new CatalogueSearchResponse(cards, terms.Explained));
    }
}
