using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Rowhouse.CardVault.Cards;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

public sealed class GradingTests
{
    [Fact]
    public void PSA_gives_no_nine_and_a_half_and_no_black_label()
    {
        GradeLadder.Psa.Find("9.5").ShouldBeNull();
        GradeLadder.Psa.Find("10B").ShouldBeNull();
        GradeLadder.Psa.Find("8.5").ShouldNotBeNull().Label.ShouldBe("NM-MT+");
        GradeLadder.Psa.Find("a").ShouldNotBeNull().Label.ShouldBe("AUTH");
    }

    [Fact]
    public void Every_ladder_goes_from_the_best_to_the_worst_without_two_of_a_rank()
    {
        foreach (var ladder in GradeLadder.All)
        {
            ladder.Grades.Select(grade => grade.Rank).ShouldBe(ladder.Grades.Select(grade => grade.Rank).Distinct().OrderDescending());
        }
    }

    // Published examples: beckett.com ArticleId=301, cardmonopoly 2014-04.
    [Theory]
    [InlineData("9.5", "9.5", "9", "8", "8.5")]
    [InlineData("9.5", "9.5", "8.5", "9", "9")]
    [InlineData("10", "6", "10", "10", "7")]
    [InlineData("9.5", "9.5", "9.5", "9.0", "9.5")]
    [InlineData("9.0", "8.5", "8.0", "9.5", "8.5")]
    [InlineData("9.5", "8.5", "8.5", "9.5", "8.5")]
    [InlineData("10", "10", "9.5", "10", "10")]
    [InlineData("9", "10", "10", "10", "9.5")]
    [InlineData("10", "10", "10", "10", "10B")]
    public void Grades_that_BGS_really_gave_bring_no_warning(string centering, string corners, string edges, string surface, string overall) =>
        GradingWarnings.Of("BGS", overall, Parts(centering, corners, edges, surface)).ShouldBeEmpty();

    [Fact]
    public void A_BGS_grade_more_than_one_above_the_lowest_subgrade_is_warned_of_with_the_rule()
    {
        var warning = GradingWarnings.Of("BGS", "9.5", Parts("9.5", "9.5", "9", "8")).ShouldHaveSingleItem();

        warning.Code.ShouldBe("bgs-overall-above-lowest-plus-one");
        warning.Detail.ShouldContain("at most one above the lowest subgrade, here 8");
    }

    [Fact]
    public void A_black_label_needs_four_tens()
    {
        GradingWarnings.Of("BGS", "10B", Parts("10", "10", "10", "9.5")).ShouldHaveSingleItem().Code.ShouldBe("bgs-black-label-needs-four-tens");
        GradingWarnings.Of("BGS", "10B", subgrades: null).ShouldHaveSingleItem();
    }

    [Property]
    public Property A_BGS_grade_is_warned_of_exactly_when_it_leaves_the_range_of_its_lowest_subgrade()
    {
        var halves = Gen.Choose(2, 20).Select(value => (short)value);
        var slabs = from a in halves from b in halves from c in halves from d in halves from overall in halves select (new SubgradeHalves(a, b, c, d), overall);

        return Prop.ForAll(Arb.From(slabs), slab =>
        {
            var (parts, overall) = slab;
            var lowest = new[] { parts.Centering, parts.Corners, parts.Edges, parts.Surface }.Min();
            var allowed = overall >= lowest && overall <= lowest + 2;
            return GradingWarnings.Of("BGS", SubgradeHalves.Text(overall), parts).Count == 0 == allowed;
        });
    }

    [Property]
    public Property Subgrades_are_read_and_written_without_loss() =>
        Prop.ForAll(Arb.From(Gen.Choose(2, 20)), halves => SubgradeHalves.Parse(SubgradeHalves.Text((short)halves)) == halves);

    [Fact]
    public void Subgrades_that_are_no_halves_from_one_to_ten_are_not_read()
    {
        SubgradeHalves.Parse("9.25").ShouldBeNull();
        SubgradeHalves.Parse("0.5").ShouldBeNull();
        SubgradeHalves.Parse("10.5").ShouldBeNull();
        SubgradeHalves.Parse("1e1").ShouldBeNull();
    }

    private static SubgradeHalves Parts(params string[] texts)
    {
        var halves = texts.Select(text => SubgradeHalves.Parse(text).ShouldNotBeNull()).ToList();
        return new(halves[0], halves[1], halves[2], halves[3]);
    }
}
