using Rowhouse.CardVault.Catalogue;

namespace Rowhouse.CardVault.Cards;

/// <summary>
/// Searches the tenant's own cards by the words that the checklists are searched by. A pattern is no index condition under
/// row-level security, so this sifts the rows of one tenant, however many others there are.
/// </summary>
internal static class OwnedSearch
{
    public static IQueryable<Card> Apply(IQueryable<Card> cards, string query, int thisYear)
    {
        foreach (var term in SearchTerms.Parse(query, thisYear).Explained)
        {
            switch (term.Kind)
            {
                case "year":
                    var (year, asTyped) = (int.Parse(term.Meaning, System.Globalization.CultureInfo.InvariantCulture), Pattern(SearchWords.Number(term.Text)));
                    cards = cards.Where(card => card.YearKey == year || card.Words.Contains(asTyped));
                    break;
                case "brand":
                    // don is Donruss and the beginning of a name. A brand has up to three words.
                    var brand = SearchWords.Of(term.Meaning).Select(word => $" {word} ").ToList();
                    var (first, second, third, typed) = (brand[0], brand[Math.Min(1, brand.Count - 1)], brand[^1], Pattern(SearchWords.Number(term.Text)));
                    cards = cards.Where(card => ((card.Words + " ").Contains(first) && (card.Words + " ").Contains(second) && (card.Words + " ").Contains(third)) || card.Words.Contains(typed));
                    break;
                default:
                    foreach (var word in (term.Kind == "number" ? [term.Meaning] : SearchWords.Of(term.Meaning)).Select(Pattern))
                    {
                        cards = cards.Where(card => card.Words.Contains(word));
                    }

                    break;
            }
        }

        return cards;
    }

    private static string Pattern(string word) => $" {word}";
}
