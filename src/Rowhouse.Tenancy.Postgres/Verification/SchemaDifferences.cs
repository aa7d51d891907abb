using System.Text.RegularExpressions;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>A schema that has to be word for word what its scripts leave, in the lines that <c>schema.sql</c> answers.</summary>
/// <param name="schema">Its name, where a line speaks of nothing in it.</param>
internal sealed class SchemaDifferences(string schema)
{
    private readonly Regex place = new($"""\b{Regex.Escape(schema)}\.(?:\w+|"[^"]+")(?:\([^)]*\))?""", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>A text as lines, in which each role has its name in this installation.</summary>
    public static IReadOnlyList<string> Lines(string text, RoleNames names) => names.Fill(text).Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The table or function that a line speaks of, or the schema.</summary>
    public string Where(string line) => place.Match(line) is { Success: true } found ? found.Value : schema;

    /// <summary>What differs, as a sentence for each place.</summary>
    public IEnumerable<(string Where, string What)> Find(IReadOnlyCollection<string> expected, IReadOnlyCollection<string> actual)
    {
        var lacks = expected.Except(actual).Select(line => (Where: Where(line), What: $"it lacks [{line}]"));
        var surplus = actual.Except(expected).Select(line => (Where: Where(line), What: $"it has [{line}]"));
        return from difference in lacks.Concat(surplus)
               group difference.What by difference.Where into place
               select (place.Key, string.Join("; ", place));
    }
}
