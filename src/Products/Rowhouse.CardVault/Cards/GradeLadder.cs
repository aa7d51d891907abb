using System.Buffers;
using System.Collections.Frozen;

namespace Rowhouse.CardVault.Cards;

/// <summary>A grade of a grader.</summary>
/// <param name="Text">As people write it: <c>9.5</c>, <c>10B</c>, <c>A</c>.</param>
/// <param name="Label">As the grader prints it.</param>
/// <param name="Rank">Orders grades over all graders, the best highest: the number in hundredths, with the special tens above their plain ones.</param>
internal sealed record Grade(string Text, string Label, short Rank);

/// <summary>The grades that a grader gives, as published by PSA, BGS and SGC. PSA has no 9.5.</summary>
internal sealed class GradeLadder
{
    public static readonly GradeLadder Psa = new(
        "PSA",
        ("10", "GEM-MT"), ("9", "MINT"), ("8.5", "NM-MT+"), ("8", "NM-MT"), ("7.5", "NM+"), ("7", "NM"), ("6.5", "EX-MT+"), ("6", "EX-MT"), ("5.5", "EX+"),
        ("5", "EX"), ("4.5", "VG-EX+"), ("4", "VG-EX"), ("3.5", "VG+"), ("3", "VG"), ("2.5", "GOOD+"), ("2", "GOOD"), ("1.5", "FR"), ("1", "PR"), ("A", "AUTH"));

    public static readonly GradeLadder Bgs = new(
        "BGS",
        ("10B", "BLACK LABEL"), ("10", "PRISTINE"), ("9.5", "GEM MINT"), ("9", "MINT"), ("8.5", "NEAR MINT-MINT+"), ("8", "NEAR MINT-MINT"), ("7.5", "NEAR MINT+"),
        ("7", "NEAR MINT"), ("6.5", "EXCELLENT-MINT+"), ("6", "EXCELLENT-MINT"), ("5.5", "EXCELLENT+"), ("5", "EXCELLENT"), ("4.5", "VERY GOOD-EXCELLENT+"),
        ("4", "VERY GOOD-EXCELLENT"), ("3.5", "VERY GOOD+"), ("3", "VERY GOOD"), ("2.5", "GOOD+"), ("2", "GOOD"), ("1.5", "FAIR"), ("1", "POOR"));

    public static readonly GradeLadder Sgc = new(
        "SGC",
        ("10P", "PRISTINE"), ("10", "GEM MINT"), ("9.5", "MINT+"), ("9", "MINT"), ("8.5", "NM/MT+"), ("8", "NM/MT"), ("7.5", "NM+"), ("7", "NM"), ("6.5", "EX/NM+"),
        ("6", "EX/NM"), ("5.5", "EX+"), ("5", "EX"), ("4.5", "VG/EX+"), ("4", "VG/EX"), ("3.5", "VG+"), ("3", "VG"), ("2.5", "GD+"), ("2", "GD"), ("1.5", "FR"), ("1", "PR"), ("A", "AUTH"));

    private static readonly SearchValues<char> numberCharacters = SearchValues.Create("0123456789.");

    private readonly FrozenDictionary<string, Grade> grades;

    private GradeLadder(string grader, params (string Text, string Label)[] grades)
    {
        Grader = grader;
        Grades = [.. grades.Select(grade => new Grade(grade.Text, grade.Label, RankOf(grade.Text)))];
        this.grades = Grades.ToFrozenDictionary(grade => grade.Text, StringComparer.OrdinalIgnoreCase);
    }

    public static IReadOnlyList<GradeLadder> All { get; } = [Psa, Bgs, Sgc];

    public string Grader { get; }

    /// <summary>From the best to the worst.</summary>
    public IReadOnlyList<Grade> Grades { get; }

    /// <summary>The ladder of a grader, in any case; <see langword="null"/> for an unknown one.</summary>
    public static GradeLadder? Of(string grader) => All.FirstOrDefault(ladder => ladder.Grader.Equals(grader, StringComparison.OrdinalIgnoreCase));

    /// <summary>The grade as written, in any case; <see langword="null"/> when this grader does not give it.</summary>
    public Grade? Find(string grade) => grades.GetValueOrDefault(WithoutZeros(grade));

    // A spreadsheet writes 9 as 9.0, and 8.5 as 8.50 where its column has two decimals.
    private static string WithoutZeros(string grade) =>
        grade.IndexOf('.', StringComparison.Ordinal) is > 0 and var point && point < grade.Length - 1 && point == grade.LastIndexOf('.') && !grade.AsSpan().ContainsAnyExcept(numberCharacters)
            ? grade.TrimEnd('0').TrimEnd('.')
            : grade;

    private static short RankOf(string text) => text switch
    {
        "10B" or "10P" => 1010,
        "A" => 50,
        _ => (short)(decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture) * 100),
    };
}
