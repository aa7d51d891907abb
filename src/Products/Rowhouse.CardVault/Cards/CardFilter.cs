using System.ComponentModel;
using System.Linq.Expressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Rowhouse.CardVault.Catalogue;
using Rowhouse.CardVault.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;

namespace Rowhouse.CardVault.Cards;

/// <summary>Which of the tenant's cards a list or an export shows. Bind it with <c>[AsParameters]</c>.</summary>
internal readonly record struct CardFilter
{
    private const int MaxLength = 200;

    [FromQuery(Name = "q"), Description("Words in any order, beginnings of words, numbers, short years and brands.")]
    public string? Q { get; init; }

    [FromQuery(Name = "player"), Description("The beginning of the player's name.")]
    public string? Player { get; init; }

    [FromQuery(Name = "team"), Description("The beginning of the team's name.")]
    public string? Team { get; init; }

    [FromQuery(Name = "manufacturer"), Description("The beginning of the manufacturer's name.")]
    public string? Manufacturer { get; init; }

    [FromQuery(Name = "set"), Description("The beginning of the set's name.")]
    public string? Set { get; init; }

    [FromQuery(Name = "location"), Description("The beginning of the location.")]
    public string? Location { get; init; }

    [FromQuery(Name = "year"), Description("The year of the release.")]
    public int? Year { get; init; }

    [FromQuery(Name = "condition"), Description("The raw condition, for example NM.")]
    public string? Condition { get; init; }

    [FromQuery(Name = "grader"), Description("PSA, BGS or SGC; none for raw cards.")]
    public string? Grader { get; init; }

    [FromQuery(Name = "grade"), Description("The grade, for example 9.5.")]
    public string? Grade { get; init; }

    [FromQuery(Name = "tag"), Description("One of the card's tags.")]
    public string? Tag { get; init; }

    [FromQuery(Name = "collectionId"), Description("A collection's id; none for loose cards.")]
    public string? CollectionId { get; init; }

    [FromQuery(Name = "checklistCardId"), Description("Copies of one checklist card.")]
    public Guid? ChecklistCardId { get; init; }

    [FromQuery(Name = "insured"), Description("Whether insured.")]
    public bool? Insured { get; init; }

    [FromQuery(Name = "mine"), Description("true: only what the caller made.")]
    public bool? Mine { get; init; }

    /// <summary>What is wrong with the filter; <see langword="null"/> when nothing is.</summary>
    public ProblemHttpResult? Refuse()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (name, text) in new[]
        {
            ("q", Q), ("player", Player), ("team", Team), ("manufacturer", Manufacturer), ("set", Set), ("location", Location),
            ("condition", Condition), ("grader", Grader), ("grade", Grade), ("tag", Tag), ("collectionId", CollectionId),
        })
        {
            if (text?.Length > MaxLength || text?.Any(char.IsControl) is true)
            {
                errors[name] = [$"At most {MaxLength} characters, no control characters."];
            }
        }

        if (CollectionId is { Length: > 0 } collection && collection != "none" && !Guid.TryParse(collection, out _))
        {
            errors["collectionId"] = ["collectionId is a collection's id, or none for loose cards."];
        }

        return errors.Count == 0 ? null : RequestProblems.Invalid.With("The cards cannot be filtered like that; errors says why.", errors);
    }

    /// <summary>
    /// The cards that the filter lets through. Under row-level security only comparisons that leak nothing reach an index: so texts
    /// are compared as ranges on folded columns, and what only a pattern can find is sifted from the tenant's own rows.
    /// </summary>
    public IQueryable<Card> Apply(IQueryable<Card> cards, Caller caller, int thisYear)
    {
        cards = Text(cards);
        if (Year is { } year)
        {
            cards = cards.Where(card => card.YearKey == year);
        }

        if (Given(Condition) is { } condition)
        {
            var label = RawConditions.Find(condition) ?? condition;
            cards = cards.Where(card => card.Condition == label);
        }

        if (Given(Grader) is { } grader)
        {
            var name = grader.ToUpperInvariant();
            cards = name == "NONE" ? cards.Where(card => card.Grader == null) : cards.Where(card => card.Grader == name);
        }

        if (Given(Grade) is { } grade)
        {
            var text = grade.ToUpperInvariant();

            // One value and no array, which a plan for any values takes for most of the cards. A text has one rank with all graders.
            var rank = GradeLadder.All.Select(ladder => ladder.Find(text)?.Rank).OfType<short>().FirstOrDefault();
            cards = cards.Where(card => card.GradeKey == rank && card.Grade == text);
        }

        if (Given(CollectionId) is { } collection)
        {
            Guid? id = Guid.TryParse(collection, out var parsed) ? parsed : null;
            cards = cards.Where(card => card.CollectionId == id);
        }

        if (ChecklistCardId is { } checklist)
        {
            cards = cards.Where(card => card.CatalogueCardId == checklist);
        }

        if (Insured is { } insured)
        {
            cards = cards.Where(card => card.Insured == insured);
        }

        if (Mine is true)
        {
            var person = caller.PersonId;
            cards = cards.Where(card => card.CreatedBy == person);
        }

        if (Given(Tag) is { } tag)
        {
            var key = Card.TagKey(tag);
            cards = cards.Where(card => card.TagKeys.Contains(key));
        }

        return Given(Q) is { } q ? OwnedSearch.Apply(cards, q, thisYear) : cards;
    }

    private IQueryable<Card> Text(IQueryable<Card> cards)
    {
        cards = Beginning(cards, card => card.PlayerKey, Player);
        cards = Beginning(cards, card => card.TeamKey, Team);
        cards = Beginning(cards, card => card.ManufacturerKey, Manufacturer);
        cards = Beginning(cards, card => card.SetKey, Set);
        return Beginning(cards, card => card.LocationKey, Location);
    }

    private static IQueryable<Card> Beginning(IQueryable<Card> cards, Expression<Func<Card, string>> column, string? text) =>
        Given(text) is { } given ? cards.Where(TextRange.Beginning(column, SearchWords.Fold(given))) : cards;

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
