using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rowhouse.CardVault.CatalogueImport;

/// <summary>One release as JSON, in the format of the JunkWaxData checklists: name, sets, cards with attributes and variations.</summary>
internal static partial class ChecklistJson
{
    // What the CSV form takes.
    private const int MaxNote = 500;
    private const int MaxAttributes = 100;

    private static readonly JsonSerializerOptions options = new(JsonSerializerDefaults.Web) { MaxDepth = 16 };

    /// <summary>Reads a release.</summary>
    /// <exception cref="JsonException">The file is no JSON, or not of this format.</exception>
    public static async Task ReadAsync(Stream body, Checklist checklist, CancellationToken cancellationToken)
    {
        var release = await JsonSerializer.DeserializeAsync<Release>(body, options, cancellationToken);
        if (release?.Name is not { Length: > 0 and <= 120 } name || ReleaseName().Match(name) is not { Success: true } match)
        {
            checklist.Refuse(0, "name", release?.Name, "A release's name begins with its year and ends with its sport: 1989 Upper Deck Baseball.");
            return;
        }

        if (release.Sets is not { Count: > 0 } sets)
        {
            checklist.Refuse(0, "sets", null, "The release has no sets.");
            return;
        }

        var year = int.Parse(match.Groups["year"].ValueSpan, CultureInfo.InvariantCulture);
        var sport = match.Groups["sport"].Value.ToLowerInvariant();
        foreach (var (set, card) in sets.SelectMany(set => (set?.Cards ?? []).Select(card => (set, card))))
        {
            if (set?.Name is not { Length: > 0 and <= 160 } setName || card?.Name is not { Length: > 0 and <= 500 } cardName || card.Number?.Length > 40)
            {
                checklist.Refuse(0, "cards", card?.Name ?? card?.Number, "A set and a card need a name of a sensible length, and a number has at most 40 characters.");
                checklist.SkipRow();
                continue;
            }

            if (card.Note?.Trim().Length > MaxNote || Clean(card.Attributes) is var attributes && (attributes.Sum(attribute => attribute.Length + 1) > MaxAttributes + 1 || attributes.Exists(attribute => attribute.Contains('|'))))
            {
                checklist.Refuse(0, "cards", cardName, $"A note has at most {MaxNote} characters; attributes have at most {MaxAttributes} in all, and no |.");
                checklist.SkipRow();
                continue;
            }

            var row = new ChecklistRow(0, sport, year, name, setName.Trim(), card.Number?.Trim() ?? "", cardName.Trim(), attributes, Text(card.Note), null, null);
            checklist.Add(row);
            foreach (var variation in card.Variations ?? [])
            {
                if (variation?.Variation is { Length: > 0 and <= 200 } text && !(variation.Note?.Trim().Length > MaxNote))
                {
                    checklist.Add(row with { Variation = text.Trim(), VariationNote = Text(variation.Note) });
                }
                else
                {
                    checklist.Refuse(0, "variations", variation?.Variation, $"A variation needs a name of at most 200 characters, and its note has at most {MaxNote}.");
                }
            }
        }
    }

    private static List<string> Clean(List<string?>? attributes) => [.. (attributes ?? []).OfType<string>().Select(text => text.Trim()).Where(text => text.Length > 0)];

    private static string? Text(string? note) => string.IsNullOrWhiteSpace(note) ? null : note.Trim();

    [GeneratedRegex("^(?<year>(1[89]|20)[0-9]{2})(-[0-9]{2})? .*?(?<sport>[A-Za-z]+)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ReleaseName();

    private sealed record Release(string? Name, List<SetOfCards?>? Sets);

    private sealed record SetOfCards(string? Name, List<Card?>? Cards);

    private sealed record Card(string? Number, string? Name, List<string?>? Attributes, string? Note, List<VariationOfCard?>? Variations);

    private sealed record VariationOfCard(string? Variation, string? Note);
}
