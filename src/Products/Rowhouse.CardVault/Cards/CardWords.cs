using System.Globalization;
using Rowhouse.CardVault.Catalogue;

namespace Rowhouse.CardVault.Cards;

/// <summary>The words that an owned card is found by. A search looks for <c>" word"</c>: the beginning of any of them.</summary>
internal static class CardWords
{
    public static string Of(CardDraft card)
    {
        string?[] texts = [card.Player, card.Team, card.Manufacturer, card.Set, card.Variation, card.Location, card.Grader, card.Grade?.Text, card.Condition, card.Certificate, .. card.Attributes, .. card.Tags];
        List<string> words = [.. texts.SelectMany(SearchWords.Of)];
        // As one word too: 1234567-001 is typed as it stands on the label.
        words.AddRange(new[] { card.CardNumber, card.Certificate }.Select(SearchWords.Number).Where(number => number.Length > 0));

        if (card.Year is { } year)
        {
            words.Add(year.ToString(CultureInfo.InvariantCulture));
        }

        return string.Concat(words.Distinct().Select(word => $" {word}"));
    }
}
