using System.Collections.Frozen;
using System.Globalization;
using Rowhouse.CardVault.Cards;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>The columns of a file of cards: the card's JSON names, nested ones with a point, tags joined by a bar.</summary>
internal static class CardColumns
{
    public const string CollectionId = "collectionId";
    public const string Amount = "cost.amount";
    public const string Currency = "cost.currency";

    /// <summary>The amount's other name: what people write above a column of costs.</summary>
    public const string Cost = "cost";

    // The collection goes by its name: ids mean nothing to the person who edits the file, nor to another tenant.
    private static readonly (string Name, Func<Card, string?, string?> Text)[] columns =
    [
        ("checklistCardId", (card, _) => card.CatalogueCardId?.ToString()),
        ("variationId", (card, _) => card.VariationId?.ToString()),
        ("cardNumber", (card, _) => card.CardNumber),
        ("player", (card, _) => card.Player),
        ("team", (card, _) => card.Team),
        ("manufacturer", (card, _) => card.Manufacturer),
        ("set", (card, _) => card.SetName),
        ("year", (card, _) => Number(card.Year)),
        ("condition", (card, _) => card.Condition),
        ("grader", (card, _) => card.Grader),
        ("grade", (card, _) => card.Grade),
        ("subgrades.centering", (card, _) => card.Subgrades?.ToContract().Centering),
        ("subgrades.corners", (card, _) => card.Subgrades?.ToContract().Corners),
        ("subgrades.edges", (card, _) => card.Subgrades?.ToContract().Edges),
        ("subgrades.surface", (card, _) => card.Subgrades?.ToContract().Surface),
        ("certificate", (card, _) => card.Certificate),
        ("serialNumber", (card, _) => Number(card.SerialNumber)),
        ("serialLimit", (card, _) => Number(card.SerialLimit)),
        ("quantity", (card, _) => Number(card.Quantity)),
        (Amount, (card, _) => card.Cost?.ToContract().Amount),
        (Currency, (card, _) => card.CostCurrency),
        ("acquiredOn", (card, _) => card.AcquiredOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        ("location", (card, _) => card.Location),
        ("insured", (card, _) => card.Insured ? "true" : "false"),
        ("tags", (card, _) => card.TagText),
        ("notes", (card, _) => card.Notes),
        ("collectionName", (_, collection) => collection),
    ];

    private static readonly FrozenDictionary<string, int> places =
        columns.Select(column => column.Name).Append(CollectionId).Select((name, place) => (name, place)).ToFrozenDictionary(column => column.name, column => column.place, StringComparer.OrdinalIgnoreCase);

    /// <summary>How many columns an import knows.</summary>
    public static int Count => places.Count;

    /// <summary>In the order in which they are written.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. columns.Select(column => column.Name)];

    /// <summary>The place of a column, in any case; -1 for an unknown one.</summary>
    public static int IndexOf(string name) => places.GetValueOrDefault(name.Equals(Cost, StringComparison.OrdinalIgnoreCase) ? Amount : name, -1);

    /// <summary>A card as a row.</summary>
    public static IEnumerable<string?> Row(Card card, string? collection) => columns.Select(column => column.Text(card, collection));

    private static string? Number(int? value) => value?.ToString(CultureInfo.InvariantCulture);
}
