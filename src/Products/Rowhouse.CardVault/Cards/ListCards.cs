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

namespace Rowhouse.CardVault.Cards;

/// <summary>Lists the tenant's cards, filtered and sorted, page by page.</summary>
internal static class ListCards
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/cards", HandleAsync)
            .WithName(nameof(ListCards))
            .WithSummary("List the cards, filtered and sorted.")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<CardResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] CardFilter filter, [AsParameters] PageQuery page, CardVaultDbContext db, CardAccess access, Caller caller, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (filter.Refuse() is { } refused)
        {
            return refused;
        }

        if (!page.TryRead(CardSort.All, CardSort.Default, out var order, out var problem))
        {
            return problem;
        }

        var cards = filter.Apply(db.Cards.AsNoTracking(), caller, clock.GetUtcNow().Year);
        long? total = order.Count ? await cards.LongCountAsync(cancellationToken) : null;
        var rows = await order.PageOfFiltered(cards).ToListAsync(cancellationToken);
        var collections = await access.CollectionsAsync(rows.Select(card => card.CollectionId), cancellationToken);
        return TypedResults.Ok(order.ToPage(rows, card => card.ToResponse(collections, access), total));
    }
}
