using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Rowhouse.Modules.Problems;

namespace Rowhouse.Modules.Http;

/// <summary>
/// What is wrong with a request, field by field: for endpoints whose rules need more than the request itself, so that all
/// errors are told at once. Such an endpoint switches the built-in validation off and checks the annotations here.
/// </summary>
public sealed class FieldErrors
{
    /// <summary>How many messages are kept; who mends so many sends the request again and sees the rest.</summary>
    public const int Most = 100;

    private readonly List<(string Field, string Message)> errors = [];

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsEmpty => errors.Count == 0;

    /// <summary>What is wrong, in the order it was found.</summary>
    public IReadOnlyList<(string Field, string Message)> All => errors;

    /// <summary>Adds what is wrong with a field.</summary>
    /// <param name="field">The field in camelCase, nested ones with a point.</param>
    /// <param name="message">What is wrong with it.</param>
    public void Add(string field, string message)
    {
        if (errors.Count < Most)
        {
            errors.Add((field, message));
        }
    }

    /// <summary>Whether something is wrong with a field.</summary>
    /// <param name="field">The field in camelCase.</param>
    public bool Has(string field) => errors.Exists(error => error.Field == field);

    /// <summary>Checks the annotations of an object's properties; not those of objects within it.</summary>
    /// <param name="value">The object.</param>
    /// <param name="within">The field that holds it; <see langword="null"/> for the request itself.</param>
    public void Check(object value, string? within = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        List<ValidationResult> results = [];
        if (Validator.TryValidateObject(value, new(value), results, validateAllProperties: true))
        {
            return;
        }

        foreach (var result in results)
        {
            foreach (var member in result.MemberNames)
            {
                var field = JsonNamingPolicy.CamelCase.ConvertName(member);
                Add(within is null ? field : $"{within}.{field}", result.ErrorMessage ?? "This value is not valid.");
            }
        }
    }

    /// <summary>The errors as they stand in a problem.</summary>
    public IReadOnlyDictionary<string, string[]> ToDictionary() =>
        errors.GroupBy(error => error.Field, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(error => error.Message).ToArray(), StringComparer.Ordinal);

    /// <summary>The answer to give.</summary>
    public ProblemHttpResult ToProblem() => RequestProblems.Invalid.With("Mend the fields named in errors and send the request again.", ToDictionary());
}
