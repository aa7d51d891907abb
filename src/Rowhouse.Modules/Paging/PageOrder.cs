using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;

namespace Rowhouse.Modules.Paging;

/// <summary>A piece of a list that was asked for and can be given.</summary>
/// <typeparam name="TRow">What the list is read from.</typeparam>
public sealed class PageOrder<TRow>
{
    private readonly string sort;
    private readonly SortKey<TRow> key;
    private readonly bool descending;
    private readonly int limit;
    private readonly ITuple? after;

    internal PageOrder(string sort, SortKey<TRow> key, bool descending, int limit, bool count, ITuple? after)
    {
        this.sort = sort;
        this.key = key;
        this.descending = descending;
        this.limit = limit;
        this.after = after;
        Count = count;
    }

    /// <summary>Whether to count all.</summary>
    public bool Count { get; }

    /// <summary>The page's rows, from where the last page ended and in order; one more than is given, where there are others.</summary>
    /// <param name="rows">All that the list has.</param>
    public IQueryable<TRow> Page(IQueryable<TRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return key.Order(rows, descending, after).Take(limit + 1);
    }

    /// <summary>
    /// As <see cref="Page"/>, for a list whose filters may leave few rows of many. It reads some rows more than it gives.
    /// </summary>
    /// <param name="rows">What the filters leave.</param>
    public IQueryable<TRow> PageOfFiltered(IQueryable<TRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);

        // A constant, and of few sizes: a plan for any limit would take a page for a tenth of what the filter leaves, and walk
        // the order's index past all that it does not.
        Expression<Func<int>> size = limit <= PageQuery.DefaultLimit ? () => EF.Constant(PageQuery.DefaultLimit + 1) : () => EF.Constant(PageQuery.MaxLimit + 1);
        var ordered = key.Order(rows, descending, after);
        return ordered.Provider.CreateQuery<TRow>(Expression.Call(typeof(Queryable), nameof(Queryable.Take), [typeof(TRow)], ordered.Expression, size.Body));
    }

    /// <summary>Puts together what was read of one page in several databases: the page's rows, in order, and one more where there are others.</summary>
    /// <param name="rows">What <see cref="Page"/> or <see cref="PageOfFiltered"/> gave of each. Their order may have no texts, which databases compare in ways of their own.</param>
    public IReadOnlyList<TRow> Merge(IEnumerable<TRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return [.. (descending ? rows.OrderByDescending(key.Read) : rows.OrderBy(key.Read)).Take(limit + 1)];
    }

    /// <summary>Makes the page.</summary>
    /// <typeparam name="TItem">What is given.</typeparam>
    /// <param name="rows">What was read of the page.</param>
    /// <param name="item">What to give for a row.</param>
    /// <param name="total">How many there are in all, where that was asked for.</param>
    public Page<TItem> ToPage<TItem>(IReadOnlyList<TRow> rows, Func<TRow, TItem> item, long? total) => ToPage(rows, row => row, item, total);

    /// <summary>Makes the page of rows that were read with more.</summary>
    /// <typeparam name="TRead">A row and what was read with it.</typeparam>
    /// <typeparam name="TItem">What is given.</typeparam>
    /// <param name="rows">What was read of the page, and more of each.</param>
    /// <param name="row">The row.</param>
    /// <param name="item">What to give for it.</param>
    /// <param name="total">How many there are in all, where that was asked for.</param>
    public Page<TItem> ToPage<TRead, TItem>(IReadOnlyList<TRead> rows, Func<TRead, TRow> row, Func<TRead, TItem> item, long? total)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(row);
        return new(
            [.. rows.Take(limit).Select(item)],
            rows.Count > limit ? Cursor.Write(sort, key.Write(row(rows[limit - 1]))) : null,
            total);
    }
}
