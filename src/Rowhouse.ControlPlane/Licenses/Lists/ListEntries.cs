using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Licenses.Lists;

/// <summary>A list of what licenses name, page by page.</summary>
internal static class ListEntries<TEntry, TRequest, TResponse>
    where TEntry : ListEntry, IListEntry<TEntry, TRequest, TResponse>
    where TRequest : class
{
    public static PageSorts<TEntry> Sorts { get; } = new()
    {
        { "id", entry => ValueTuple.Create(entry.Id) },
        { "name", entry => ValueTuple.Create(entry.NameKey, entry.Id) },
    };

    public static void Map(RouteGroupBuilder list)
    {
        // Apart from where it is mapped: the analyzer of handlers fails over one of a generic type.
        Delegate handler = HandleAsync;
        list.MapGet("", handler)
            .WithName($"List{TEntry.Words.Names}")
            .WithSummary($"The {TEntry.Words.Many} that licenses may name. Sorted by id or name.")
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);
    }

    private static async Task<Results<Ok<Page<TResponse>>, ProblemHttpResult>> HandleAsync([AsParameters] PageQuery page, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (!page.TryRead(Sorts, "id", out var order, out var problem))
        {
            return problem;
        }

        var entries = db.Set<TEntry>().AsNoTracking();
        var rows = await order.Page(entries).ToListAsync(cancellationToken);
        return TypedResults.Ok(order.ToPage(rows, entry => entry.ToResponse(), order.Count ? await entries.LongCountAsync(cancellationToken) : null));
    }
}
