using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Contracts.CardVault;

/// <summary>A card that a tenant owns.</summary>
public sealed record CardResponse
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The checklist card it is a copy of; <see langword="null"/> for a free-form card.</summary>
    public Guid? ChecklistCardId { get; init; }

    /// <summary>Which checklist: <c>catalogue</c>, which is shared by all.</summary>
    public string? Checklist { get; init; }

    /// <summary>The variation of the checklist card.</summary>
    public Guid? VariationId { get; init; }

    /// <summary>What that variation is called.</summary>
    public string? Variation { get; init; }

    /// <summary>The number on the card; text, for example <c>US-50</c>.</summary>
    public string? CardNumber { get; init; }

    /// <summary>Who is on it.</summary>
    public required string Player { get; init; }

    /// <summary>The team.</summary>
    public string? Team { get; init; }

    /// <summary>Who made it.</summary>
    public string? Manufacturer { get; init; }

    /// <summary>The set it belongs to, with its release.</summary>
    public string? Set { get; init; }

    /// <summary>The year of its release.</summary>
    public int? Year { get; init; }

    /// <summary>Attributes of the checklist card: <c>RC</c>, <c>SR</c>, …</summary>
    public required IReadOnlyList<string> Attributes { get; init; }

    /// <summary>The raw condition in PSA's labels, for example <c>NM</c>; only where it is not graded.</summary>
    public string? Condition { get; init; }

    /// <summary>Who graded it: <c>PSA</c>, <c>BGS</c> or <c>SGC</c>.</summary>
    public string? Grader { get; init; }

    /// <summary>The grade as text: <c>9.5</c>, <c>10B</c>, <c>A</c>.</summary>
    public string? Grade { get; init; }

    /// <summary>BGS's four subgrades.</summary>
    public Subgrades? Subgrades { get; init; }

    /// <summary>The grader's certificate; unique per grader in a tenant.</summary>
    public string? Certificate { get; init; }

    /// <summary>The number of this copy, of a numbered print run.</summary>
    public int? SerialNumber { get; init; }

    /// <summary>The size of the print run.</summary>
    public int? SerialLimit { get; init; }

    /// <summary>How many copies; 1 for a graded one.</summary>
    public required int Quantity { get; init; }

    /// <summary>What was paid for one copy.</summary>
    public Money? Cost { get; init; }

    /// <summary>When it was acquired.</summary>
    public DateOnly? AcquiredOn { get; init; }

    /// <summary>Where it is kept.</summary>
    public string? Location { get; init; }

    /// <summary>Whether it is insured.</summary>
    public required bool Insured { get; init; }

    /// <summary>The tenant's own labels.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Free text.</summary>
    public string? Notes { get; init; }

    /// <summary>The collection it is in; <see langword="null"/> for a loose card.</summary>
    public Guid? CollectionId { get; init; }

    /// <summary>The name of that collection.</summary>
    public string? CollectionName { get; init; }

    /// <summary>What a grader's rules say against it; it is kept all the same.</summary>
    public required IReadOnlyList<CardWarning> Warnings { get; init; }

    /// <summary>Whether the caller may change it.</summary>
    public required bool CanEdit { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Counts its changes; also the entity tag.</summary>
    public required long Version { get; init; }
}

/// <summary>BGS's subgrades, each from 1 to 10 in halves.</summary>
/// <param name="Centering">Centering.</param>
/// <param name="Corners">Corners.</param>
/// <param name="Edges">Edges.</param>
/// <param name="Surface">Surface.</param>
public sealed record Subgrades(string Centering, string Corners, string Edges, string Surface);

/// <summary>Something that a grader's rules say against a card.</summary>
/// <param name="Code">A stable code, for example <c>bgs-overall-above-lowest-plus-one</c>.</param>
/// <param name="Detail">The rule in words.</param>
public sealed record CardWarning(string Code, string Detail);

/// <summary>A card to add, or the whole of a card as it is to be. Which fields may stand together is checked by the product.</summary>
public record CardRequest
{
    /// <summary>The checklist card it is a copy of.</summary>
    /// <value>None by default: a free-form card, which needs <see cref="Player"/>.</value>
    public Guid? ChecklistCardId { get; init; }

    /// <summary>The variation of the checklist card.</summary>
    public Guid? VariationId { get; init; }

    /// <summary>The number on the card.</summary>
    [StringLength(40)]
    public string? CardNumber { get; init; }

    /// <summary>Who is on it.</summary>
    [StringLength(200)]
    public string? Player { get; init; }

    /// <summary>The team.</summary>
    [StringLength(120)]
    public string? Team { get; init; }

    /// <summary>Who made it.</summary>
    [StringLength(120)]
    public string? Manufacturer { get; init; }

    /// <summary>The set it belongs to.</summary>
    [StringLength(200)]
    public string? Set { get; init; }

    /// <summary>The year of its release.</summary>
    [Range(1860, 2100)]
    public int? Year { get; init; }

    /// <summary>The raw condition in PSA's labels, for example <c>NM</c>.</summary>
    [StringLength(20)]
    public string? Condition { get; init; }

    /// <summary><c>PSA</c>, <c>BGS</c> or <c>SGC</c>.</summary>
    [StringLength(10)]
    public string? Grader { get; init; }

    /// <summary>The grade as text.</summary>
    [StringLength(10)]
    public string? Grade { get; init; }

    /// <summary>BGS's four subgrades.</summary>
    public Subgrades? Subgrades { get; init; }

    /// <summary>The grader's certificate.</summary>
    [StringLength(40)]
    public string? Certificate { get; init; }

    /// <summary>The number of this copy.</summary>
    [Range(1, 1_000_000)]
    public int? SerialNumber { get; init; }

    /// <summary>The size of the print run.</summary>
    [Range(1, 1_000_000)]
    public int? SerialLimit { get; init; }

    /// <summary>How many copies.</summary>
    /// <value>1 by default.</value>
    [Range(1, 100_000)]
    public int? Quantity { get; init; }

    /// <summary>What was paid for one copy.</summary>
    public Money? Cost { get; init; }

    /// <summary>When it was acquired.</summary>
    public DateOnly? AcquiredOn { get; init; }

    /// <summary>Where it is kept.</summary>
    [StringLength(200)]
    public string? Location { get; init; }

    /// <summary>Whether it is insured.</summary>
    public bool? Insured { get; init; }

    /// <summary>Labels.</summary>
    [MaxLength(50)]
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Free text.</summary>
    [StringLength(4000)]
    public string? Notes { get; init; }

    /// <summary>The collection to put it in.</summary>
    /// <value>None by default: a loose card, which belongs to the person who made it.</value>
    public Guid? CollectionId { get; init; }
}

/// <summary>What a CSV import did, or would do.</summary>
/// <param name="DryRun">Whether nothing was to be written.</param>
/// <param name="Rows">How many rows the file has, without its header.</param>
/// <param name="Imported">How many cards were added; 0 when any row is wrong.</param>
/// <param name="Skipped">How many rows were left out, or would be, because the card is there already.</param>
/// <param name="ErrorCount">How many rows are wrong.</param>
/// <param name="HasMoreErrors">Whether more is wrong than is listed.</param>
/// <param name="Errors">What is wrong, row by row: the first 1,000 messages.</param>
public sealed record CardImportResponse(bool DryRun, int Rows, int Imported, int Skipped, int ErrorCount, bool HasMoreErrors, IReadOnlyList<CardImportError> Errors);

/// <summary>A row that cannot be imported.</summary>
/// <param name="Row">The row, counted from 1 without the header.</param>
/// <param name="Line">The line of the file on which the row begins, counted from 1.</param>
/// <param name="Column">The column that is wrong; <see langword="null"/> when it is the row as a whole.</param>
/// <param name="Value">What stands there, cut to 100 characters.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record CardImportError(int Row, int Line, string? Column, string? Value, string Message);
