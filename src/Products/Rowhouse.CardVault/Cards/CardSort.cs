using Rowhouse.Modules.Paging;

namespace Rowhouse.CardVault.Cards;

/// <summary>The orders that a list of cards can have.</summary>
internal static class CardSort
{
    public const string Default = "-updatedAt";

    public static PageSorts<Card> All { get; } = new()
    {
        { "updatedAt", card => ValueTuple.Create(card.UpdatedAt, card.Id) },
        { "createdAt", card => ValueTuple.Create(card.CreatedAt, card.Id) },
        { "player", card => ValueTuple.Create(card.PlayerKey, card.Id) },
        { "team", card => ValueTuple.Create(card.TeamKey, card.Id) },
        { "set", card => ValueTuple.Create(card.SetKey, card.Id) },
        { "number", card => ValueTuple.Create(card.NumberKey, card.Id) },
        { "location", card => ValueTuple.Create(card.LocationKey, card.Id) },
        { "manufacturer", card => ValueTuple.Create(card.ManufacturerKey, card.Id) },
        { "year", card => ValueTuple.Create(card.YearKey, card.Id) },
        { "grade", card => ValueTuple.Create(card.GradeKey, card.Id) },
        { "quantity", card => ValueTuple.Create(card.Quantity, card.Id) },

        // Costs of one currency stand together: 5,000 yen are not more than 40 dollars.
        { "cost", card => ValueTuple.Create(card.CostCurrency ?? "", card.CostAmount ?? 0, card.Id) },

        // One day after the first: that one is PostgreSQL's -infinity.
        { "acquiredOn", card => ValueTuple.Create(card.AcquiredOn ?? new DateOnly(1, 1, 2), card.Id) },
    };
}
