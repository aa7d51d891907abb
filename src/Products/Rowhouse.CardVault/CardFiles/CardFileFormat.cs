namespace Rowhouse.CardVault.CardFiles;

/// <summary>How a file writes its cards: what its header says of all of its rows.</summary>
/// <param name="Columns">Which field each column is, as <see cref="CardColumns.IndexOf"/> says.</param>
/// <param name="TakesDecimalComma">Whether 12,50 is a number in it: where semicolons or tabs separate, a spreadsheet wrote it whose decimals have a comma.</param>
/// <param name="CostColumn">What it calls the amount of a cost.</param>
/// <param name="Currency">The currency of its costs where it has no column for that; <see langword="null"/> where it has one.</param>
internal sealed record CardFileFormat(IReadOnlyList<int> Columns, bool TakesDecimalComma, string CostColumn, string? Currency)
{
    /// <summary>Reads a header.</summary>
    /// <param name="header">The columns' names.</param>
    /// <param name="columns">Which field each is.</param>
    /// <param name="separator">What separates them.</param>
    /// <param name="tenantCurrency">The currency of the tenant.</param>
    public static CardFileFormat Of(IReadOnlyList<string> header, IReadOnlyList<int> columns, char separator, string tenantCurrency) => new(
        columns,
        separator != ',',
        header.Contains(CardColumns.Cost, StringComparer.OrdinalIgnoreCase) ? CardColumns.Cost : CardColumns.Amount,
        columns.Contains(CardColumns.IndexOf(CardColumns.Currency)) ? null : tenantCurrency);
}
