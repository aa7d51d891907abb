using Rowhouse.CardVault.Catalogue;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.CardVault.Cards;

/// <summary>A card that a tenant owns: one copy, or several that differ in nothing.</summary>
internal sealed class Card
{
    public Card(Guid id, CardDraft draft, Guid createdBy, DateTimeOffset now)
    {
        Id = id;
        CreatedBy = createdBy;
        CreatedAt = now;
        Player = PlayerKey = TeamKey = ManufacturerKey = SetKey = NumberKey = LocationKey = AttributeText = TagText = TagKeys = Words = "";
        Become(draft, now);
    }

    // For the store.
    private Card()
    {
        Player = PlayerKey = TeamKey = ManufacturerKey = SetKey = NumberKey = LocationKey = AttributeText = TagText = TagKeys = Words = "";
    }

    public Guid Id { get; private init; }

    public Guid? CatalogueCardId { get; private set; }

    public Guid? VariationId { get; private set; }

    public string? Variation { get; private set; }

    /// <summary>The attributes, joined by a bar: a bulk insert travels in arrays, and an array of arrays would lose its borders.</summary>
    public string AttributeText { get; private set; }

    public string? CardNumber { get; private set; }

    public string Player { get; private set; }

    public string? Team { get; private set; }

    public string? Manufacturer { get; private set; }

    public string? SetName { get; private set; }

    public int? Year { get; private set; }

    public string? Condition { get; private set; }

    public string? Grader { get; private set; }

    public string? Grade { get; private set; }

    public short? Centering { get; private set; }

    public short? Corners { get; private set; }

    public short? Edges { get; private set; }

    public short? Surface { get; private set; }

    public string? Certificate { get; private set; }

    public int? SerialNumber { get; private set; }

    public int? SerialLimit { get; private set; }

    public int Quantity { get; private set; }

    /// <summary>Of one copy, in the smallest unit of the currency.</summary>
    public long? CostAmount { get; private set; }

    public string? CostCurrency { get; private set; }

    public DateOnly? AcquiredOn { get; private set; }

    public string? Location { get; private set; }

    public bool Insured { get; private set; }

    /// <summary>The tags, joined by a bar, which no tag contains.</summary>
    public string TagText { get; private set; }

    public string? Notes { get; private set; }

    public Guid? CollectionId { get; private set; }

    /// <summary>Who made it; a card in no collection belongs to them.</summary>
    public Guid CreatedBy { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public long Version { get; private set; }

    // What lists sort and filter by. Row-level security keeps an index from answering lower() or a comparison that knows
    // nulls, so each key stands in a column of its own: folded, and never null.
    public string PlayerKey { get; private set; }

    public string TeamKey { get; private set; }

    public string ManufacturerKey { get; private set; }

    /// <summary>The set and, after a character that sorts before all others, the number: sorted by set, cards come in its order.</summary>
    public string SetKey { get; private set; }

    public string NumberKey { get; private set; }

    public string LocationKey { get; private set; }

    public int YearKey { get; private set; }

    public short GradeKey { get; private set; }

    /// <summary>The tags folded, each between bars.</summary>
    public string TagKeys { get; private set; }

    /// <summary>What makes another card a duplicate of this one; <see langword="null"/> for a graded card without certificate, which has none. See <see cref="CardIdentity"/>.</summary>
    public Guid? Identity { get; private set; }

    /// <summary>The words it is found by, each after a space.</summary>
    public string Words { get; private set; }

    public IReadOnlyList<string> Attributes => Parts(AttributeText);

    public IReadOnlyList<string> Tags => Parts(TagText);

    public SubgradeHalves? Subgrades => Centering is { } a && Corners is { } b && Edges is { } c && Surface is { } d ? new(a, b, c, d) : null;

    public MinorUnits? Cost => CostAmount is { } amount && CostCurrency is { } currency ? new(amount, currency) : null;

    public IReadOnlyList<CardWarning> Warnings => GradingWarnings.Of(Grader, Grade, Subgrades);

    /// <summary>Becomes what the draft says, whole.</summary>
    public void Become(CardDraft draft, DateTimeOffset now)
    {
        CatalogueCardId = draft.ChecklistCardId;
        VariationId = draft.VariationId;
        Variation = draft.Variation;
        AttributeText = string.Join('|', draft.Attributes);
        CardNumber = draft.CardNumber;
        Player = draft.Player;
        Team = draft.Team;
        Manufacturer = draft.Manufacturer;
        SetName = draft.Set;
        Year = draft.Year;
        Condition = draft.Condition;
        Grader = draft.Grader;
        Grade = draft.Grade?.Text;
        (Centering, Corners, Edges, Surface) = draft.Subgrades is { } parts ? (parts.Centering, parts.Corners, parts.Edges, parts.Surface) : ((short?)null, (short?)null, (short?)null, (short?)null);
        Certificate = draft.Certificate;
        SerialNumber = draft.SerialNumber;
        SerialLimit = draft.SerialLimit;
        Quantity = draft.Quantity;
        CostAmount = draft.Cost?.Amount;
        CostCurrency = draft.Cost?.Currency;
        AcquiredOn = draft.AcquiredOn;
        Location = draft.Location;
        Insured = draft.Insured;
        TagText = string.Join('|', draft.Tags);
        Notes = draft.Notes;
        CollectionId = draft.CollectionId;
        PlayerKey = SearchWords.Fold(Player);
        TeamKey = SearchWords.Fold(Team ?? "");
        ManufacturerKey = SearchWords.Fold(Manufacturer ?? "");
        SetKey = $"{SearchWords.Fold(SetName ?? "")}\u0001{SearchWords.NumberOrder(CardNumber)}";
        NumberKey = SearchWords.NumberOrder(CardNumber);
        LocationKey = SearchWords.Fold(Location ?? "");
        TagKeys = TagKey(TagText);
        YearKey = Year ?? 0;
        GradeKey = draft.Grade?.Rank ?? 0;
        Words = CardWords.Of(draft);
        Identity = CardIdentity.Of(draft);
        UpdatedAt = now;
        Version++;
    }

    /// <summary>How <see cref="TagKeys"/> holds tags: folded, between bars.</summary>
    public static string TagKey(string tags) => tags.Length == 0 ? "" : $"|{SearchWords.Fold(tags)}|";

    private static string[] Parts(string joined) => joined.Split('|', StringSplitOptions.RemoveEmptyEntries);
}
