using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>Shows a set with its checklist, page by page.</summary>
internal static class GetSet
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/catalogue/sets/{id:guid}", HandleAsync)
            .WithName(nameof(GetSet))
            .WithSummary("Show a set with a page of its cards, in the order of its checklist.")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(CardVaultProblems.UnknownChecklist, RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<SetResponse>, ProblemHttpResult>> HandleAsync(Guid id, [AsParameters] PageQuery page, CardVaultDbContext db, CancellationToken cancellationToken)
    {
        if (!page.TryRead(["ordinal"], "ordinal", keys: 2, out var order, out var problem))
        {
            return problem;
        }

        var set = await db.Sets.AsNoTracking().Where(set => set.Id == id)
            .Select(set => new { set.Id, set.Name, set.Kind, set.CardCount, set.ReleaseId, Release = set.Release!.Name })     // a required foreign key
            .FirstOrDefaultAsync(cancellationToken);
        if (set is null)
        {
            return CardVaultProblems.UnknownChecklist.With("No set has this id.");
        }

        var cards = db.CatalogueCards.AsNoTracking().Where(card => card.SetId == id);
        if (order.After is not null)
        {
            // A file with a part of a set counts from its own first card: two cards can have one place.
            var (last, lastId) = (order.AfterValue<int>(0), order.AfterValue<Guid>(1));
            cards = order.Descending
                ? cards.Where(card => EF.Functions.LessThan(ValueTuple.Create(card.Ordinal, card.Id), ValueTuple.Create(last, lastId)))
                : cards.Where(card => EF.Functions.GreaterThan(ValueTuple.Create(card.Ordinal, card.Id), ValueTuple.Create(last, lastId)));
        }

        cards = order.Descending
            ? cards.OrderByDescending(card => card.Ordinal).ThenByDescending(card => card.Id)
            : cards.OrderBy(card => card.Ordinal).ThenBy(card => card.Id);
        var rows = await cards.Take(order.Take).Select(card => new { card.Id, card.Ordinal }).ToListAsync(cancellationToken);
        var shown = (await CatalogueCards.LoadAsync(db, [.. rows.Select(row => row.Id)], cancellationToken)).ToDictionary(card => card.Id);
        return TypedResults.Ok(new SetResponse(
            set.Id,
            set.Name,
            set.Kind != SetKind.Insert,
            set.ReleaseId,
            set.Release,
            order.ToPage(rows, row => shown[row.Id], row => [PageOrder.Key(row.Ordinal), PageOrder.Key(row.Id)], order.Count ? set.CardCount : null)));
    }
}
