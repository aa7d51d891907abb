using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using CsvHelper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>Exports the tenant's cards as CSV, in the columns that an import reads.</summary>
/// <remarks>
/// Read page by page, each in a transaction of its own, and written between them: while a slow reader takes its time, no
/// connection waits for it. A card that is changed meanwhile comes as it was before or after, none comes twice, and none
/// that is there all the time is left out, since ids never change.
/// </remarks>
internal static partial class ExportCards
{
    /// <summary>Ends what is read too slowly.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private const int PageSize = 500;

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/cards/export", Handle)
            .WithName(nameof(ExportCards))
            .WithSummary("Export the cards as CSV, filtered as the list is.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .RequirePermission(CardVaultPermissions.Read)
            .WithProblems(RequestProblems.Invalid, RequestProblems.TooMany);

    private static Results<PushStreamHttpResult, ProblemHttpResult> Handle(
        [AsParameters] CardFilter filter, CardVaultDbContext db, Caller caller, TenantScope scope, ExportTurns turns, TimeProvider clock, HttpContext http, ILogger<CardVaultModule> logger, CancellationToken cancellationToken)
    {
        if (filter.Refuse() is { } refused)
        {
            return refused;
        }

        var turn = turns.Take((scope.Tenant.Id, caller.PersonId));
        http.Response.RegisterForDispose(turn);
        if (!turn.IsAcquired)
        {
            return RequestProblems.ComeAgain(http.Response, seconds: 10, $"A person exports {ExportTurns.PersonLimit} files at once, a tenant {ExportTurns.TenantLimit}, and a server a few. Try again when one has ended.");
        }

        var cards = filter.Apply(db.Cards.AsNoTracking(), caller, clock.GetUtcNow().Year);
        return TypedResults.Stream(body => SendAsync(PagesAsync(db, cards, CancellationToken.None), body, turn, clock, http, logger, cancellationToken), "text/csv; charset=utf-8", "cards.csv");
    }

    private static async Task SendAsync(
        IAsyncEnumerable<ExportedCard> rows, Stream body, RateLimitLease turn, TimeProvider clock, HttpContext http, ILogger logger, CancellationToken cancellationToken)
    {
        // Here and not only with the response: the next export of the same person may come before that is cleared away.
        using var taken = turn;
        using var deadline = new CancellationTokenSource(Deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await WriteAsync(rows, body, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            // A file that ended here would look whole.
            TooSlow(logger, Deadline);
            http.Abort();
        }
    }

    /// <summary>Writes cards as a file.</summary>
    public static async Task WriteAsync(IAsyncEnumerable<ExportedCard> rows, Stream body, CancellationToken cancellationToken)
    {
        await using var writer = CsvWriter.Create(body, new() { WriteByteOrderMark = true }, leaveOpen: true);
        await writer.WriteRecordAsync([.. CardColumns.Names], cancellationToken);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await writer.WriteRecordAsync([.. CardColumns.Row(row.Card, row.Collection).Select(text => FormulaGuard.Guard(text) ?? "")], cancellationToken);
        }

        await writer.FlushAsync(cancellationToken);
    }

    private static async IAsyncEnumerable<ExportedCard> PagesAsync(CardVaultDbContext db, IQueryable<Card> cards, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<ExportedCard> page;
        Guid? last = null;
        do
        {
            page = await Page(db, cards, last).ToListAsync(cancellationToken);
            foreach (var row in page)
            {
                yield return row;
                last = row.Card.Id;
            }
        }
        while (page.Count == PageSize);
    }

    /// <summary>The cards after the last one, with their collections' names.</summary>
    public static IQueryable<ExportedCard> Page(CardVaultDbContext db, IQueryable<Card> cards, Guid? last)
    {
        if (last is { } id)
        {
            cards = cards.Where(card => card.Id > id);
        }

        return from card in cards.OrderBy(card => card.Id).Take(PageSize)
               join collection in db.Collections on card.CollectionId equals collection.Id into collections
               from collection in collections.DefaultIfEmpty()
               orderby card.Id
               select new ExportedCard(card, collection == null ? null : collection.Name);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "An export was ended: its reader took more than {Deadline}.")]
    private static partial void TooSlow(ILogger logger, TimeSpan deadline);

    internal sealed record ExportedCard(Card Card, string? Collection);
}
