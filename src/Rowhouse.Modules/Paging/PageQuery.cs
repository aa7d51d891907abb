using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Rowhouse.Modules.Problems;

namespace Rowhouse.Modules.Paging;

/// <summary>Which piece of a list a caller wants. Bind it with <c>[AsParameters]</c>.</summary>
public readonly record struct PageQuery
{
    /// <summary>The size of a page where the caller names none.</summary>
    public const int DefaultLimit = 50;

    /// <summary>The largest page.</summary>
    public const int MaxLimit = 200;

    /// <summary>How many to give at most.</summary>
    [FromQuery(Name = "limit"), Description("How many to give at most, 1 to 200; 50 by default.")]
    public int? Limit { get; init; }

    /// <summary>Where the last page ended.</summary>
    [FromQuery(Name = "after"), Description("What the last page gave as next.")]
    public string? After { get; init; }

    /// <summary>The field to sort by.</summary>
    [FromQuery(Name = "sort"), Description("The field to sort by, with a minus in front for the other way round.")]
    public string? Sort { get; init; }

    /// <summary>Whether to count all.</summary>
    [FromQuery(Name = "count"), Description("Whether to count all of them: total.")]
    public bool? Count { get; init; }

    /// <summary>Reads the query against what the list can be sorted by.</summary>
    /// <typeparam name="TRow">What the list is read from.</typeparam>
    /// <param name="sorts">The orders that the list has.</param>
    /// <param name="byDefault">The sort where the caller names none, for example <c>-createdAt</c>.</param>
    /// <param name="order">What was asked for.</param>
    /// <param name="problem">What is wrong with it.</param>
    public bool TryRead<TRow>(
        PageSorts<TRow> sorts,
        string byDefault,
        [NotNullWhen(true)] out PageOrder<TRow>? order,
        [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        ArgumentNullException.ThrowIfNull(sorts);
        ArgumentException.ThrowIfNullOrEmpty(byDefault);
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        var limit = Limit ?? DefaultLimit;
        if (limit is < 1 or > MaxLimit)
        {
            errors["limit"] = [$"limit is a number from 1 to {MaxLimit}."];
        }

        var sort = string.IsNullOrEmpty(Sort) ? byDefault : Sort;
        var descending = sort[0] == '-';
        ITuple? after = null;
        if (!sorts.TryFind(descending ? sort[1..] : sort, out var key))
        {
            errors["sort"] = [$"This list can be sorted by {string.Join(", ", sorts)}, with a minus in front for the other way round."];
        }
        else if (!string.IsNullOrEmpty(After) && !(Cursor.TryRead(After, sort, out var keys) && key.TryRead(keys, out after)))
        {
            errors["after"] = ["after is what the last page gave as next, for the same sort."];
        }

        if (key is null || errors.Count > 0)
        {
            order = null;
            problem = RequestProblems.Invalid.With("The list cannot be given like that; errors says why.", errors);
            return false;
        }

        order = new(sort, key, descending, limit, Count == true, after);
        problem = null;
        return true;
    }
}
