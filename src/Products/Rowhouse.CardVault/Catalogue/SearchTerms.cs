using System.Globalization;
using NpgsqlTypes;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>
/// What somebody typed, understood word by word: <c>griffey '89 ud 1</c> is a name, a year, a brand and a card number.
/// A word that can be two things (<c>89</c>: a year or a number) is tried as the likelier one first.
/// </summary>
internal sealed class SearchTerms
{
    public const int MaxLength = 200;
    public const int MaxTerms = 12;
    private const int MaxWords = 4;

    private readonly List<Term> terms;

    private SearchTerms(List<Term> terms) => this.terms = terms;

    public bool IsEmpty => terms.Count == 0;

    public IReadOnlyList<SearchTerm> Explained => [.. terms.Select(term => term.Explained)];

    /// <summary>Understands a query.</summary>
    /// <param name="query">What was typed; cut by the caller to <see cref="MaxLength"/>.</param>
    /// <param name="thisYear">The year that short years are counted from.</param>
    public static SearchTerms Parse(string query, int thisYear) =>
        new([.. query.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(text => Understand(text, thisYear)).OfType<Term>().Take(MaxTerms)]);

    // Of one text without blanks, a-b-c-d…: each is a scan of the index.
    private static IEnumerable<string> WordsOf(string text) => SearchWords.Of(text).Take(MaxWords);

    /// <summary>The queries to run one after the other until enough is found, the likeliest first: whole words before beginnings of words.</summary>
    public IReadOnlyList<NpgsqlTsQuery> Stages() =>
        IsEmpty
            ? []
            : [
                All(terms.Select(term => term.Exact)),
                .. Enumerable.Range(0, terms.Max(term => term.Stages.Length)).Select(stage => All(terms.Select(term => term.Stages[Math.Min(stage, term.Stages.Length - 1)]))),
            ];

    private static Term? Understand(string text, int thisYear)
    {
        var folded = SearchWords.Fold(text);
        if (folded.Length == 0)
        {
            return null;
        }

        if (folded[0] is '\'' or '’' or '‘' or '`' && TwoDigits(folded.AsSpan(1)) is { } shortYear)
        {
            return YearTerm(text, Full(shortYear, thisYear));
        }

        if (Season(folded) is { } season)
        {
            return YearTerm(text, season < 100 ? Full(season, thisYear) : season);
        }

        var number = SearchWords.Number(folded);
        if (number.Length == 0)
        {
            return null;
        }

        var digits = number.All(char.IsAsciiDigit);
        if (folded[0] == '#')
        {
            return new(new(text, "number", number), Number(number), Number(number), NumberPrefix(number));
        }

        if (digits && number.Length == 4 && int.Parse(number, CultureInfo.InvariantCulture) is var year and >= 1860 && year <= thisYear + 1)
        {
            return new(new(text, "year", number), Year(year), Year(year), Or(Year(year), Word(number), Number(number)));
        }

        if (digits && number.Length == 2 && number[0] != '0')
        {
            var full = Full(int.Parse(number, CultureInfo.InvariantCulture), thisYear);
            return new(new(text, "year", full.ToString(CultureInfo.InvariantCulture)), Year(full), Year(full), Number(number), Or(Year(full), NumberPrefix(number)));
        }

        if (digits)
        {
            return new(new(text, "number", number), Number(number), Number(number), Or(NumberPrefix(number), Word(number)));
        }

        return number.Any(char.IsAsciiDigit)
            ? new(new(text, "number", number), Number(number), Number(number), Or(NumberPrefix(number), Words(folded, prefix: true)))
            : BrandOrWord(text, folded, number);
    }

    private static Term? BrandOrWord(string text, string folded, string joined)
    {
        if (Brands.FromShortForm(joined) is { } brand)
        {
            return new(new(text, "brand", brand), Words(brand, prefix: false), Or(Words(brand, prefix: false), Words(folded, prefix: true)));
        }

        return WordsOf(folded).Any()
            ? new(new(text, "word", string.Join(' ', WordsOf(folded))), Words(folded, prefix: false), Words(folded, prefix: true))
            : null;
    }

    private static Term YearTerm(string text, int year) => new(new(text, "year", year.ToString(CultureInfo.InvariantCulture)), Year(year), Year(year));

    private static int Full(int shortYear, int thisYear)
    {
        var century = thisYear / 100 * 100;
        return century + shortYear <= thisYear + 1 ? century + shortYear : century - 100 + shortYear;
    }

    private static int? TwoDigits(ReadOnlySpan<char> text) =>
        text.Length == 2 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[1]) ? (text[0] - '0') * 10 + text[1] - '0' : null;

    // A season that spans two years, 1986-87 or 86-87, goes by its first.
    private static int? Season(string text) =>
        text.Length is 5 or 7 && text[^3] is '-' or '/' && TwoDigits(text.AsSpan(text.Length - 2)) is { } second
        && int.TryParse(text.AsSpan(0, text.Length - 3), NumberStyles.None, CultureInfo.InvariantCulture, out var first) && second == (first + 1) % 100
        && first is < 100 or (>= 1860 and < 2100)
            ? first
            : null;

    private static NpgsqlTsQueryLexeme Year(int year) => new NpgsqlTsQueryLexeme(SearchLexemes.Year(year));

    private static NpgsqlTsQueryLexeme Number(string number) => new NpgsqlTsQueryLexeme($"{SearchLexemes.NumberMark}{number}");

    private static NpgsqlTsQueryLexeme NumberPrefix(string number) => new NpgsqlTsQueryLexeme($"{SearchLexemes.NumberMark}{number}", NpgsqlTsQueryLexeme.Weight.None, IsBeginning(number));

    private static NpgsqlTsQueryLexeme Word(string word) => new NpgsqlTsQueryLexeme(word, NpgsqlTsQueryLexeme.Weight.None, IsBeginning(word));

    // One letter or digit begins a good part of all words, and a search has room for many: it is looked for as it stands.
    private static bool IsBeginning(string word) => word.Length > 1 || !char.IsAscii(word[0]);

    private static NpgsqlTsQuery Words(string text, bool prefix) =>
        All(WordsOf(text).Select(word => new NpgsqlTsQueryLexeme(word, NpgsqlTsQueryLexeme.Weight.None, prefix && IsBeginning(word))));

    private static NpgsqlTsQuery All(IEnumerable<NpgsqlTsQuery> queries) => queries.Aggregate((left, right) => new NpgsqlTsQueryAnd(left, right));

    private static NpgsqlTsQuery Or(params ReadOnlySpan<NpgsqlTsQuery> queries)
    {
        var all = queries[0];
        foreach (var query in queries[1..])
        {
            all = new NpgsqlTsQueryOr(all, query);
        }

        return all;
    }

    private sealed class Term(SearchTerm explained, NpgsqlTsQuery exact, params NpgsqlTsQuery[] stages)
    {
        public SearchTerm Explained { get; } = explained;

        public NpgsqlTsQuery Exact { get; } = exact;

        public NpgsqlTsQuery[] Stages { get; } = stages;
    }
}
