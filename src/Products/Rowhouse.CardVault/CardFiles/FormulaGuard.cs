using System.Text.RegularExpressions;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>
/// Keeps a spreadsheet from running a card's text as a formula when it opens an export. Where a cell could begin with one of
/// <c>= + - @</c>, wide ones too, it gets an apostrophe in front, which a spreadsheet takes as "this is text". Reading a file
/// takes exactly one away at the same places, so every text comes back as it was.
/// </summary>
/// <remarks>
/// A cell begins where the text does, and within it: a spreadsheet of a country with a decimal comma splits the file at
/// semicolons and not at commas, and then takes neither quotes nor line ends within them for what they are. A text of a card
/// has no tab and no line end at its beginning, for which some are said to look behind.
/// </remarks>
internal static partial class FormulaGuard
{
    public static string? Guard(string? text) => text is null ? null : Formula().Replace(text, "${before}'${formula}");

    public static string? Release(string? text) => text is null ? null : GuardedFormula().Replace(text, "${before}${formula}");

    [GeneratedRegex("(?<before>^|[;\t\r\n])(?<formula>['\"]*[-=+@＝＋－＠])", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Formula();

    [GeneratedRegex("(?<before>^|[;\t\r\n])'(?<formula>['\"]*[-=+@＝＋－＠])", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex GuardedFormula();
}
