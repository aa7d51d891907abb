namespace Rowhouse.CardVault.CatalogueImport;

/// <summary>A line of a checklist: a card, or a variation of the card that came before it.</summary>
/// <param name="Line">Where it stands in the file, counted from 1; 0 where the format has no lines.</param>
internal sealed record ChecklistRow(
    int Line,
    string Sport,
    int Year,
    string Release,
    string Set,
    string Number,
    string Name,
    IReadOnlyList<string> Attributes,
    string? Note,
    string? Variation,
    string? VariationNote);
