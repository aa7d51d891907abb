using System.Globalization;
using Microsoft.AspNetCore.Http;
using Rowhouse.Contracts;

namespace Rowhouse.Modules.Paging;

/// <summary>A piece of a list that was asked for and can be given: sorted by a field and then by what breaks its ties.</summary>
public sealed class PageOrder
{
    internal PageOrder(string sort, string field, bool descending, int limit, bool count, IReadOnlyList<string?>? after)
    {
        Sort = sort;
        Field = field;
        Descending = descending;
        Limit = limit;
        Count = count;
        After = after;
    }

    /// <summary>The sort as it was asked for, for example <c>-year</c>.</summary>
    public string Sort { get; }

    /// <summary>The field to sort by, one of those the list offered.</summary>
    public string Field { get; }

    /// <summary>Whether from the largest to the smallest.</summary>
    public bool Descending { get; }

    /// <summary>How many rows to give. Read one more, <see cref="Take"/>, to know whether there are others.</summary>
    public int Limit { get; }

    /// <summary>How many rows to read.</summary>
    public int Take => Limit + 1;

    /// <summary>Whether to count all.</summary>
    public bool Count { get; }

    /// <summary>The order's values of the last row of the page before; <see langword="null"/> for the first page. As many as the list said it has.</summary>
    public IReadOnlyList<string?>? After { get; }

    /// <summary>One of the values of <see cref="After"/> that is not a text.</summary>
    /// <typeparam name="T">A number, id or time.</typeparam>
    /// <param name="index">Which of them.</param>
    /// <exception cref="BadHttpRequestException">Somebody made the cursor by hand.</exception>
    public T AfterValue<T>(int index)
        where T : IParsable<T>
    {
        if (!T.TryParse(After?[index], CultureInfo.InvariantCulture, out var value))
        {
            throw new BadHttpRequestException("after is not what a page gave as next.");
        }

        return value is DateTimeOffset time ? (T)(object)time.ToUniversalTime() : value;
    }

    /// <summary>Makes the page of up to <see cref="Take"/> rows.</summary>
    /// <typeparam name="TRow">What was read.</typeparam>
    /// <typeparam name="TItem">What is given.</typeparam>
    /// <param name="rows">The rows, one more than the limit where there are others.</param>
    /// <param name="item">What to give for a row.</param>
    /// <param name="keys">The order's values of a row: numbers and times by <see cref="Key"/>, so that they read back alike everywhere.</param>
    /// <param name="total">How many there are in all, where that was asked for.</param>
    public Page<TItem> ToPage<TRow, TItem>(IReadOnlyList<TRow> rows, Func<TRow, TItem> item, Func<TRow, IEnumerable<string?>> keys, long? total)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(keys);
        return new(
            [.. rows.Take(Limit).Select(item)],
            rows.Count > Limit ? Cursor.Write(Sort, keys(rows[Limit - 1])) : null,
            total);
    }

    /// <summary>A value of the order as text that reads back as the same value.</summary>
    /// <param name="value">A text, number, id or time.</param>
    public static string? Key(object? value) => value switch
    {
        null => null,
        string text => text,
        DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
