using CsvHelper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>Exports the tenant's cards as CSV, in the columns that an import reads. Rows go from the store to the socket one by one.</summary>
internal static class ExportCards
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/cards/export", Handle)
            .WithName(nameof(ExportCards))
            .WithSummary("Export the cards as CSV, filtered as the list is.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(RequestProblems.Invalid);

    private static Results<PushStreamHttpResult, ProblemHttpResult> Handle(
        [AsParameters] CardFilter filter, CardVaultDbContext db, Caller caller, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (filter.Refuse() is { } refused)
        {
            return refused;
        }

        var cards = filter.Apply(db.Cards.AsNoTracking(), caller, clock.GetUtcNow().Year).OrderBy(card => card.Id);
        var rows = from card in cards
                   join collection in db.Collections on card.CollectionId equals collection.Id into collections
                   from collection in collections.DefaultIfEmpty()
                   select new ExportedCard(card, collection == null ? null : collection.Name);
        return TypedResults.Stream(body => WriteAsync(rows.AsAsyncEnumerable(), body, cancellationToken), "text/csv; charset=utf-8", "cards.csv");
    }

    private static async Task WriteAsync(IAsyncEnumerable<ExportedCard> rows, Stream body, CancellationToken cancellationToken)
    {
        await using var writer = CsvWriter.Create(body, new() { WriteByteOrderMark = true }, leaveOpen: true);
        await writer.WriteRecordAsync([.. CardColumns.Names], cancellationToken);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await writer.WriteRecordAsync([.. CardColumns.Row(row.Card, row.Collection).Select(text => FormulaGuard.Guard(text) ?? "")], cancellationToken);
        }

        await writer.FlushAsync(cancellationToken);
    }

    private sealed record ExportedCard(Card Card, string? Collection);
}
