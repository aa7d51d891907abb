using Rowhouse.CardVault.Catalogue;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.CardVault.Cards;

/// <summary>Owned cards as the API shows and takes them.</summary>
internal static class CardMapping
{
    public static CardResponse ToResponse(this Card card, IReadOnlyDictionary<Guid, CollectionFacts> collections, CardAccess access) => new()
    {
        Id = card.Id,
        ChecklistCardId = card.CatalogueCardId,
        Checklist = card.CatalogueCardId is null ? null : CatalogueCards.Shared,
        VariationId = card.VariationId,
        Variation = card.Variation,
        CardNumber = card.CardNumber,
        Player = card.Player,
        Team = card.Team,
        Manufacturer = card.Manufacturer,
        Set = card.SetName,
        Year = card.Year,
        Attributes = card.Attributes,
        Condition = card.Condition,
        Grader = card.Grader,
        Grade = card.Grade,
        Subgrades = card.Subgrades?.ToContract(),
        Certificate = card.Certificate,
        SerialNumber = card.SerialNumber,
        SerialLimit = card.SerialLimit,
        Quantity = card.Quantity,
        Cost = card.Cost?.ToContract(),
        AcquiredOn = card.AcquiredOn,
        Location = card.Location,
        Insured = card.Insured,
        Tags = card.Tags,
        Notes = card.Notes,
        CollectionId = card.CollectionId,
        CollectionName = card.CollectionId is { } id && collections.TryGetValue(id, out var collection) ? collection.Name : null,
        Warnings = card.Warnings,
        CanEdit = access.CanEdit(card, collections),
        CreatedAt = card.CreatedAt,
        UpdatedAt = card.UpdatedAt,
        Version = card.Version,
    };

    /// <summary>The card as somebody would ask for it: what a patch is applied to.</summary>
    /// <param name="card">The card.</param>
    /// <param name="withFacts">Whether with what its checklist says, which is to become its own.</param>
    public static CardRequest ToRequest(this Card card, bool withFacts) => new()
    {
        ChecklistCardId = card.CatalogueCardId,
        VariationId = card.VariationId,
        CardNumber = withFacts ? card.CardNumber : null,
        Player = withFacts ? card.Player : null,
        Team = card.Team,
        Manufacturer = withFacts ? card.Manufacturer : null,
        Set = withFacts ? card.SetName : null,
        Year = withFacts ? card.Year : null,
        Condition = card.Condition,
        Grader = card.Grader,
        Grade = card.Grade,
        Subgrades = card.Subgrades?.ToContract(),
        Certificate = card.Certificate,
        SerialNumber = card.SerialNumber,
        SerialLimit = card.SerialLimit,
        Quantity = card.Quantity,
        Cost = card.Cost?.ToContract(),
        AcquiredOn = card.AcquiredOn,
        Location = card.Location,
        Insured = card.Insured,
        Tags = card.Tags,
        Notes = card.Notes,
        CollectionId = card.CollectionId,
    };
}
