using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Contracts.CardVault;

/// <summary>What a search of the checklists found.</summary>
/// <param name="Items">The best first.</param>
/// <param name="Terms">How the words of the query were understood.</param>
public sealed record CatalogueSearchResponse(IReadOnlyList<CatalogueCardResponse> Items, IReadOnlyList<SearchTerm> Terms);

/// <summary>How one word of a query was understood.</summary>
/// <param name="Text">The word as typed.</param>
/// <param name="Kind"><c>word</c>, <c>number</c>, <c>year</c> or <c>brand</c>.</param>
/// <param name="Meaning">What it stands for, for example <c>1989</c> or <c>Upper Deck</c>.</param>
public sealed record SearchTerm(string Text, string Kind, string Meaning);

/// <summary>A card of a checklist.</summary>
/// <param name="Id">Its id; the same on every installation.</param>
/// <param name="Checklist"><c>catalogue</c>, which is shared by all.</param>
/// <param name="CardNumber">The number on the card.</param>
/// <param name="Player">Who is on it.</param>
/// <param name="Attributes"><c>RC</c>, <c>SR</c>, …</param>
/// <param name="Note">What the checklist says of it.</param>
/// <param name="Sport">The sport.</param>
/// <param name="Year">The year of its release.</param>
/// <param name="Manufacturer">Who made it.</param>
/// <param name="ReleaseId">The release.</param>
/// <param name="Release">The release's name.</param>
/// <param name="SetId">The set.</param>
/// <param name="Set">The set's name.</param>
/// <param name="Variations">Its variations.</param>
public sealed record CatalogueCardResponse(
    Guid Id,
    string Checklist,
    string? CardNumber,
    string Player,
    IReadOnlyList<string> Attributes,
    string? Note,
    string Sport,
    int Year,
    string? Manufacturer,
    Guid ReleaseId,
    string Release,
    Guid SetId,
    string Set,
    IReadOnlyList<VariationResponse> Variations);

/// <summary>A variation of a checklist card.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Note">What the checklist says of it.</param>
public sealed record VariationResponse(Guid Id, string Name, string? Note);

/// <summary>A release with its sets.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name, for example <c>1989 Upper Deck Baseball</c>.</param>
/// <param name="Sport">The sport.</param>
/// <param name="Year">Its year.</param>
/// <param name="Manufacturer">Who made it.</param>
/// <param name="Cards">How many cards its sets have.</param>
/// <param name="Sets">Its sets.</param>
public sealed record ReleaseResponse(Guid Id, string Name, string Sport, int Year, string? Manufacturer, int Cards, IReadOnlyList<SetSummary> Sets);

/// <summary>A release in short.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name, for example <c>1989 Upper Deck Baseball</c>.</param>
/// <param name="Sport">The sport.</param>
/// <param name="Year">Its year.</param>
/// <param name="Manufacturer">Who made it.</param>
/// <param name="Cards">How many cards its sets have.</param>
public sealed record ReleaseSummary(Guid Id, string Name, string Sport, int Year, string? Manufacturer, int Cards);

/// <summary>A set with a page of its cards.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsBase">Whether it counts towards the base set.</param>
/// <param name="ReleaseId">The release.</param>
/// <param name="Release">The release's name.</param>
/// <param name="Cards">A page of its cards, in the order of the checklist.</param>
public sealed record SetResponse(Guid Id, string Name, bool IsBase, Guid ReleaseId, string Release, Page<CatalogueCardResponse> Cards);

/// <summary>A set in short.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsBase">Whether it counts towards the base set.</param>
/// <param name="Cards">How many cards it has.</param>
public sealed record SetSummary(Guid Id, string Name, bool IsBase, int Cards);

/// <summary>What an import of checklists did.</summary>
/// <param name="Releases">Releases now in the catalogue from this file.</param>
/// <param name="Sets">Sets likewise.</param>
/// <param name="Cards">Cards likewise.</param>
/// <param name="Variations">Variations likewise.</param>
/// <param name="Added">Cards and variations that were not there before.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record CatalogueImportResponse(int Releases, int Sets, int Cards, int Variations, int Added, double Seconds);

/// <summary>A collection of cards.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name; unique in a tenant without case.</param>
/// <param name="OwnerId">The person it belongs to.</param>
/// <param name="Cards">How many rows of cards it has.</param>
/// <param name="Copies">How many copies these are in all.</param>
/// <param name="CanEdit">Whether the caller may change it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Version">Counts its changes; also the entity tag.</param>
public sealed record CollectionResponse(Guid Id, string Name, Guid OwnerId, int Cards, long Copies, bool CanEdit, DateTimeOffset CreatedAt, long Version);

/// <summary>A collection to make, or as it is to be.</summary>
/// <param name="Name">Its name.</param>
public sealed record CollectionRequest([property: Required, StringLength(120, MinimumLength = 1)] string Name);
