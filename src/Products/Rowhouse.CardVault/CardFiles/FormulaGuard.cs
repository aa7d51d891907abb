namespace Rowhouse.CardVault.CardFiles;

/// <summary>
/// Keeps a spreadsheet from running a card's text as a formula when it opens an export. A text that begins with one of
/// <c>= + - @</c> gets an apostrophe in front, which a spreadsheet takes as "this is text". A text that begins with apostrophes and
/// then one of these gets one more, so that reading a file takes exactly one away and every text comes back as it was.
/// </summary>
internal static class FormulaGuard
{
    public static string? Guard(string? text) => IsFormula(text) ? $"'{text}" : text;

    public static string? Release(string? text) => text is ['\'', .. var rest] && IsFormula(rest) ? rest : text;

    private static bool IsFormula(string? text) => text.AsSpan().TrimStart('\'') is ['=' or '+' or '-' or '@' or '\t' or '\r', ..];
}
