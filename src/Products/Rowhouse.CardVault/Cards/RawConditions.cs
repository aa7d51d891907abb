using System.Collections.Frozen;

namespace Rowhouse.CardVault.Cards;

/// <summary>The conditions of ungraded cards: PSA's labels, without the one that only a grader can give (AUTH).</summary>
internal static class RawConditions
{
    private static readonly FrozenDictionary<string, Grade> labels =
        GradeLadder.Psa.Grades.Where(grade => grade.Text != "A").ToFrozenDictionary(grade => grade.Label, StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyList<string> All { get; } = [.. GradeLadder.Psa.Grades.Where(grade => grade.Text != "A").Select(grade => grade.Label)];

    /// <summary>The label as PSA writes it; <see langword="null"/> when it is none.</summary>
    public static string? Find(string condition) => labels.GetValueOrDefault(condition)?.Label;
}
