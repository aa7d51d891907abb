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
    // A file with a part of a set counts from its own first card: two cards can have one place.
    public static PageSorts<Place> Sorts { get; } = new() { { "ordinal", place => ValueTuple.Create(place.Ordinal, place.Id) } };

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/catalogue/sets/{id:guid}", HandleAsync)
            .WithName(nameof(GetSet))
            .WithSummary("Show a set with a page of its cards, in the order of its checklist.")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(CardVaultProblems.UnknownChecklist, RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<SetResponse>, ProblemHttpResult>> HandleAsync(Guid id, [AsParameters] PageQuery page, CardVaultDbContext db, CancellationToken cancellationToken)
    {
        if (!page.TryRead(Sorts, "ordinal", out var order, out var problem))
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

        var rows = await order.Page(db.CatalogueCards.Where(card => card.SetId == id).Select(card => new Place { Id = card.Id, Ordinal = card.Ordinal })).ToListAsync(cancellationToken);
        var shown = (await CatalogueCards.LoadAsync(db, [.. rows.Select(row => row.Id)], cancellationToken)).ToDictionary(card => card.Id);
        return TypedResults.Ok(new SetResponse(
            set.Id,
            set.Name,
            set.Kind != SetKind.Insert,
            set.ReleaseId,
            set.Release,
            order.ToPage(rows, row => shown[row.Id], order.Count ? set.CardCount : null)));
    }

    /// <summary>Where a card stands in its set.</summary>
    internal sealed class Place
    {
        public Guid Id { get; init; }

        public int Ordinal { get; init; }
    }
}
