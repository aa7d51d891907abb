namespace Rowhouse.CardVault.Catalogue;

/// <summary>
/// What a checklist card is found by: one <c>tsvector</c> of words as they stand (no stemming, no stop words), the year as
/// <c>@1989</c> and the number as <c>#us50</c>, so that a year is never taken for a number. A GIN index answers prefixes
/// and any order of words; full text is not leakproof, but the catalogue is shared and stands under no row-level security.
/// </summary>
internal static class SearchLexemes
{
    public const char YearMark = '@';
    public const char NumberMark = '#';

    // PostgreSQL refuses a lexeme of 2,046 bytes; no word of a checklist comes near, so a longer one is a broken file.
    private const int MaxLength = 100;

    /// <summary>The lexemes of a card, parted by spaces; the database makes the vector of them.</summary>
    public static string Of(string release, int year, string set, string number, string name, IEnumerable<string> attributes, IEnumerable<string> variations)
    {
        var lexemes = new SortedSet<string>(StringComparer.Ordinal) { Year(year) };
        foreach (var word in new[] { release, set, name }.Concat(attributes).Concat(variations).SelectMany(SearchWords.Of))
        {
            lexemes.Add(Cut(word));
        }

        if (SearchWords.Number(number) is { Length: > 0 } key)
        {
            lexemes.Add(Cut($"{NumberMark}{key}"));
        }

        return string.Join(' ', lexemes);
    }

    public static string Year(int year) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{YearMark}{year}");

    private static string Cut(string word) => word.Length > MaxLength ? word[..MaxLength] : word;
}
