namespace Rowhouse.CardVault.Cards;

/// <summary>A card as it is to be: every rule holds. Made by <see cref="CardRules"/> alone.</summary>
internal sealed record CardDraft
{
    public Guid? ChecklistCardId { get; init; }

    public Guid? VariationId { get; init; }

    public string? Variation { get; init; }

    public IReadOnlyList<string> Attributes { get; init; } = [];

    public string? CardNumber { get; init; }

    public required string Player { get; init; }

    public string? Team { get; init; }

    public string? Manufacturer { get; init; }

    public string? Set { get; init; }

    public int? Year { get; init; }

    public string? Condition { get; init; }

    public string? Grader { get; init; }

    public Grade? Grade { get; init; }

    public SubgradeHalves? Subgrades { get; init; }

    public string? Certificate { get; init; }

    public int? SerialNumber { get; init; }

    public int? SerialLimit { get; init; }

    public int Quantity { get; init; } = 1;

    public MinorUnits? Cost { get; init; }

    public DateOnly? AcquiredOn { get; init; }

    public string? Location { get; init; }

    public bool Insured { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public string? Notes { get; init; }

    public Guid? CollectionId { get; init; }
}
