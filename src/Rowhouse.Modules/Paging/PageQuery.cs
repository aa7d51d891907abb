using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
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
    /// <param name="sortable">The fields, in camelCase.</param>
    /// <param name="byDefault">The sort where the caller names none, for example <c>-createdAt</c>.</param>
    /// <param name="keys">How many values the list's order has: the sorted field's and those that break its ties.</param>
    /// <param name="order">What was asked for.</param>
    /// <param name="problem">What is wrong with it.</param>
    public bool TryRead(
        IReadOnlyCollection<string> sortable,
        string byDefault,
        int keys,
        [NotNullWhen(true)] out PageOrder? order,
        [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        ArgumentNullException.ThrowIfNull(sortable);
        ArgumentException.ThrowIfNullOrEmpty(byDefault);
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        var limit = Limit ?? DefaultLimit;
        if (limit is < 1 or > MaxLimit)
        {
            errors["limit"] = [$"limit is a number from 1 to {MaxLimit}."];
        }

        var sort = string.IsNullOrEmpty(Sort) ? byDefault : Sort;
        var descending = sort[0] == '-';
        var field = descending ? sort[1..] : sort;
        if (!sortable.Contains(field))
        {
            errors["sort"] = [$"This list can be sorted by {string.Join(", ", sortable)}, with a minus in front for the other way round."];
        }

        IReadOnlyList<string?>? after = null;
        if (errors.Count == 0 && !string.IsNullOrEmpty(After) && !Cursor.TryRead(After, sort, keys, out after))
        {
            errors["after"] = ["after is what the last page gave as next, for the same sort."];
        }

        problem = errors.Count == 0 ? null : RequestProblems.Invalid.With("The list cannot be given like that; errors says why.", errors);
        order = problem is null ? new(sort, field, descending, limit, Count == true, after) : null;
        return problem is null;
    }
}
