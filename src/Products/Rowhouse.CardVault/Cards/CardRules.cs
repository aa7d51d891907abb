using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Http;

namespace Rowhouse.CardVault.Cards;

/// <summary>
/// Whether what somebody asks for can be a card: the one place that says so, for a request, a patch and a row of a file.
/// </summary>
internal static class CardRules
{
    public const int MaxTags = 50;
    public const int MaxTagLength = 50;
    public const int MaxQuantity = 100_000;
    public const int MaxSerial = 1_000_000;

    /// <summary>Checks a card.</summary>
    /// <param name="request">The whole card as it is asked for.</param>
    /// <param name="facts">What the checklist card it names says; <see langword="null"/> when it names none, or one that is not there.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <returns>The card; <see langword="null"/> when anything is wrong.</returns>
    public static CardDraft? Check(CardRequest request, ChecklistFacts? facts, FieldErrors errors)
    {
        var before = errors.All.Count;
        var ladder = GradingRules.Ladder(request, errors);
        var grade = GradingRules.GradeOf(request, ladder, errors);
        var draft = new CardDraft
        {
            ChecklistCardId = facts?.CardId,
            VariationId = request.VariationId,
            Variation = Variation(request, facts, errors),
            Attributes = facts?.Attributes ?? [],
            CardNumber = Fact(errors, "cardNumber", request.CardNumber, facts, facts?.Number, 40),
            Player = Player(request, facts, errors) ?? "",
            Team = Text(errors, "team", request.Team, 120),
            Manufacturer = Fact(errors, "manufacturer", request.Manufacturer, facts, facts?.Manufacturer, 120),
            Set = Fact(errors, "set", request.Set, facts, facts?.Set, 200),
            Year = Year(request, facts, errors),
            Condition = GradingRules.Condition(request, errors),
            Grader = ladder?.Grader,
            Grade = grade,
            Subgrades = GradingRules.Subgrades(request, ladder, errors),
            Certificate = GradingRules.Certificate(request, ladder, errors),
            SerialNumber = Number(errors, "serialNumber", request.SerialNumber, MaxSerial),
            SerialLimit = Number(errors, "serialLimit", request.SerialLimit, MaxSerial),
            Quantity = Number(errors, "quantity", request.Quantity, MaxQuantity) ?? 1,
            Cost = Cost(request, errors),
            AcquiredOn = AcquiredOn(request, errors),
            Location = Text(errors, "location", request.Location, 200),
            Insured = request.Insured ?? false,
            Tags = Tags(request, errors),
            Notes = Text(errors, "notes", request.Notes, 4000, lines: true),
            CollectionId = request.CollectionId,
        };

        if (request.ChecklistCardId is not null && facts is null)
        {
            errors.Add("checklistCardId", "There is no such card in the checklists.");
        }

        if (draft.SerialNumber > draft.SerialLimit)
        {
            errors.Add("serialNumber", $"Copy {draft.SerialNumber} cannot be of a print run of {draft.SerialLimit}.");
        }

        if (ladder is not null && draft.Quantity != 1)
        {
            errors.Add("quantity", "A graded card is one copy: its quantity is 1.");
        }

        return errors.All.Count == before ? draft : null;
    }

    private static string? Player(CardRequest request, ChecklistFacts? facts, FieldErrors errors)
    {
        var player = Fact(errors, "player", request.Player, facts, facts?.Player, facts is null ? 200 : 500);
        if (player is null && request.ChecklistCardId is null)
        {
            errors.Add("player", "A card needs a player, or a checklist card that says who is on it.");
        }

        return player;
    }

    private static int? Year(CardRequest request, ChecklistFacts? facts, FieldErrors errors)
    {
        if (request.Year is < 1860 or > 2100)
        {
            errors.Add("year", "A year is from 1860 to 2100.");
            return null;
        }

        if (facts is not null && request.Year is { } year && year != facts.Year)
        {
            errors.Add("year", $"The checklist card is of {facts.Year}. Leave the year out, or the checklist card.");
        }

        return facts?.Year ?? request.Year;
    }

    private static string? Variation(CardRequest request, ChecklistFacts? facts, FieldErrors errors)
    {
        if (request.VariationId is not { } id)
        {
            return null;
        }

        if (facts?.Variations.TryGetValue(id, out var name) is true)
        {
            return name;
        }

        errors.Add("variationId", request.ChecklistCardId is null ? "A variation needs the checklist card that it is of." : "The checklist card has no such variation.");
        return null;
    }

    private static MinorUnits? Cost(CardRequest request, FieldErrors errors)
    {
        if (request.Cost is not { } cost)
        {
            return null;
        }

        var parsed = MinorUnits.Parse(cost.Amount, cost.Currency, out var refused);
        if (refused is not null)
        {
            errors.Add("cost", refused);
        }

        return parsed;
    }

    private static DateOnly? AcquiredOn(CardRequest request, FieldErrors errors)
    {
        if (request.AcquiredOn is { Year: < 1860 or > 2100 })
        {
            errors.Add("acquiredOn", "A date is from 1860 to 2100.");
            return null;
        }

        return request.AcquiredOn;
    }

    private static List<string> Tags(CardRequest request, FieldErrors errors)
    {
        var given = request.Tags ?? [];
        if (given.Count > MaxTags)
        {
            errors.Add("tags", $"A card has at most {MaxTags} tags.");
            return [];
        }

        var tags = given.Select(Clean).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (tags.Exists(tag => tag.Length > MaxTagLength || tag.Contains('|') || HasControl(tag, lines: false)))
        {
            errors.Add("tags", $"A tag has at most {MaxTagLength} characters, no | and no control characters.");
        }

        return tags;
    }

    // What the checklist says is not typed again; the same text is welcome, since an export carries both.
    private static string? Fact(FieldErrors errors, string field, string? given, ChecklistFacts? facts, string? fact, int most)
    {
        var text = Text(errors, field, given, most);
        if (facts is null)
        {
            return text;
        }

        var known = Clean(fact);
        if (text is not null && !text.Equals(known, StringComparison.OrdinalIgnoreCase))
        {
            errors.Add(field, $"The checklist card says {(known is null ? "nothing here" : Shown(known))}. Leave this out, or the checklist card.");
        }

        return known;
    }

    private static string? Text(FieldErrors errors, string field, string? given, int most, bool lines = false)
    {
        if (Clean(given) is not { } text)
        {
            return null;
        }

        if (text.Length > most)
        {
            errors.Add(field, $"At most {most} characters.");
        }
        else if (HasControl(text, lines))
        {
            errors.Add(field, "Control characters cannot be stored.");
        }

        return text;
    }

    private static int? Number(FieldErrors errors, string field, int? given, int most)
    {
        if (given < 1 || given > most)
        {
            errors.Add(field, $"A whole number from 1 to {most}.");
        }

        return given;
    }

    private static bool HasControl(ReadOnlySpan<char> text, bool lines)
    {
        // All but never there is none: this is one pass by vectors.
        if (!text.ContainsAnyInRange('\0', '\x1f') && !text.ContainsAnyInRange('\x7f', '\x9f'))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (char.IsControl(c) && !(lines && c is '\n' or '\r' or '\t'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A text as a message shows it.</summary>
    public static string Shown(string text) => text.Length > 100 ? $"{text[..100]}…" : text;

    /// <summary>The text without blanks around it; <see langword="null"/> when nothing is left.</summary>
    public static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
