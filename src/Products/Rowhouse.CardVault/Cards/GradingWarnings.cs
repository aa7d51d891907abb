using Rowhouse.Contracts.CardVault;

namespace Rowhouse.CardVault.Cards;

/// <summary>
/// What BGS's rules say against a grade. An overall grade is never computed from subgrades, only checked: BGS weighs them in a
/// way it does not publish. The label in the slab is what counts, so the card is kept and the rule is stated.
/// </summary>
internal static class GradingWarnings
{
    public static IReadOnlyList<CardWarning> Of(string? grader, string? grade, SubgradeHalves? subgrades)
    {
        if (grader != GradeLadder.Bgs.Grader || grade is null)
        {
            return [];
        }

        if (grade == "10B")
        {
            return subgrades is { AreAllTens: true }
                ? []
                : [new("bgs-black-label-needs-four-tens", "BGS gives 10B, the black label, only to a card whose four subgrades are 10.")];
        }

        if (subgrades is not { } given || GradeLadder.Bgs.Find(grade) is not { } overall)
        {
            return [];
        }

        var halves = overall.Rank / 50;
        var lowest = SubgradeHalves.Text(given.Lowest);
        if (halves < given.Lowest)
        {
            return [new("bgs-overall-below-lowest", $"A BGS grade is at least the lowest subgrade, here {lowest}; the label says {grade}.")];
        }

        return halves > given.Lowest + 2
            ? [new("bgs-overall-above-lowest-plus-one", $"A BGS grade is at most one above the lowest subgrade, here {lowest}; the label says {grade}.")]
            : [];
    }
}
