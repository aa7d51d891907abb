namespace Rowhouse.CardVault.Cards;

/// <summary>What a checklist says of a card; copied into the cards that tenants own, so that their lists sort and filter by it.</summary>
internal sealed record ChecklistFacts(
    Guid CardId,
    string Number,
    string Player,
    string? Manufacturer,
    string Set,
    int Year,
    IReadOnlyList<string> Attributes,
    IReadOnlyDictionary<Guid, string> Variations);
