using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Rowhouse.CardVault.Cards;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Http;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

public sealed class CardRulesTests
{
    private static readonly ChecklistFacts griffey = new(
        new Guid("11111111-1111-5111-8111-111111111111"), "1", "Ken Griffey Jr.", "Upper Deck", "1989 Upper Deck Baseball Low Series", 1989, ["SR", "RC"], new Dictionary<Guid, string>());

    [Fact]
    public void A_checklist_card_brings_its_facts_along()
    {
        var card = Valid(new() { ChecklistCardId = griffey.CardId, Condition = "nm" }, griffey);

        card.Player.ShouldBe("Ken Griffey Jr.");
        card.Year.ShouldBe(1989);
        card.Attributes.ShouldBe(["SR", "RC"]);
        card.Condition.ShouldBe("NM");
        card.Quantity.ShouldBe(1);
    }

    [Fact]
    public void A_checklist_card_cannot_be_said_to_show_somebody_else() =>
        Errors(new() { ChecklistCardId = griffey.CardId, Player = "Randy Johnson", Year = 1990 }, griffey).Keys.ShouldBe(["player", "year"], ignoreOrder: true);

    [Fact]
    public void The_same_facts_typed_again_are_welcome() =>
        Valid(new() { ChecklistCardId = griffey.CardId, Player = "ken griffey jr.", Year = 1989, CardNumber = "1" }, griffey).Player.ShouldBe("Ken Griffey Jr.");

    [Fact]
    public void A_checklist_card_that_is_not_there_is_refused() =>
        Errors(new() { ChecklistCardId = griffey.CardId }, null).Keys.ShouldBe(["checklistCardId"]);

    [Fact]
    public void A_free_form_card_needs_a_player() => Errors(new() { CardNumber = "1" }).Keys.ShouldBe(["player"]);

    [Fact]
    public void PSA_nine_and_a_half_is_refused_with_the_grades_that_there_are() =>
        Errors(new() { Player = "X", Grader = "psa", Grade = "9.5" })["grade"].ShouldHaveSingleItem().ShouldContain("8.5");

    [Fact]
    public void A_graded_card_is_one_copy_without_a_condition() =>
        Errors(new() { Player = "X", Grader = "PSA", Grade = "10", Quantity = 2, Condition = "NM" }).Keys.ShouldBe(["condition", "quantity"], ignoreOrder: true);

    [Fact]
    public void A_grade_a_certificate_and_subgrades_need_their_grader() =>
        Errors(new() { Player = "X", Grade = "9", Certificate = "123", Subgrades = new("9", "9", "9", "9") }).Keys.ShouldBe(["grader", "certificate", "subgrades"], ignoreOrder: true);

    [Fact]
    public void Copy_number_26_of_25_is_refused() => Errors(new() { Player = "X", SerialNumber = 26, SerialLimit = 25 }).Keys.ShouldBe(["serialNumber"]);

    [Fact]
    public void Control_characters_are_refused_but_for_line_ends_in_notes()
    {
        Errors(new() { Player = "A\0B", Team = "A\nB" }).Keys.ShouldBe(["player", "team"], ignoreOrder: true);
        Valid(new() { Player = "X", Notes = "one\r\ntwo" }).Notes.ShouldBe("one\r\ntwo");
    }

    [Fact]
    public void Tags_are_one_of_a_kind_without_case() => Valid(new() { Player = "X", Tags = ["HOF", " hof ", "", "for sale"] }).Tags.ShouldBe(["HOF", "for sale"]);

    [Fact]
    public void A_cost_keeps_to_the_decimals_of_its_currency()
    {
        Valid(new() { Player = "X", Cost = new("40.00", "GBP") }).Cost.ShouldBe(new MinorUnits(4000, "GBP"));
        Valid(new() { Player = "X", Cost = new("1200", "JPY") }).Cost.ShouldBe(new MinorUnits(1200, "JPY"));
        Errors(new() { Player = "X", Cost = new("12.5", "JPY") }).Keys.ShouldBe(["cost"]);
        Errors(new() { Player = "X", Cost = new("-1", "USD") }).Keys.ShouldBe(["cost"]);
        Errors(new() { Player = "X", Cost = new("1,5", "USD") }).Keys.ShouldBe(["cost"]);
        Errors(new() { Player = "X", Cost = new("1.250", "USD") }).Keys.ShouldBe(["cost"]);
        Valid(new() { Player = "X", Cost = new("1.250", "KWD") }).Cost.ShouldBe(new MinorUnits(1250, "KWD"));
    }

    [Property]
    public Property Money_is_written_and_read_without_loss()
    {
        var amounts = from amount in Gen.Choose(0, int.MaxValue) from currency in Gen.Elements("USD", "JPY", "KWD", "CLF") select new MinorUnits(amount, currency);

        return Prop.ForAll(Arb.From(amounts), amount =>
        {
            Money money = amount.ToContract();
            return MinorUnits.Parse(money.Amount, money.Currency, out _) == amount;
        });
    }

    private static CardDraft Valid(CardRequest request, ChecklistFacts? facts = null)
    {
        var errors = new FieldErrors();
        var card = CardRules.Check(request, facts, errors);
        errors.All.ShouldBeEmpty();
        return card.ShouldNotBeNull();
    }

    private static IReadOnlyDictionary<string, string[]> Errors(CardRequest request, ChecklistFacts? facts = null)
    {
        var errors = new FieldErrors();
        CardRules.Check(request, facts, errors).ShouldBeNull();
        return errors.ToDictionary();
    }
}
