namespace Rowhouse.CardVault.Csv;

/// <summary>What a CSV file may be at most. Bytes, rows and the bytes of a row are held while it is read; columns and fields when their row has been.</summary>
internal static class CsvLimits
{
    public const long Bytes = 64L * 1024 * 1024;

    /// <summary>One release; the largest known has half a megabyte.</summary>
    public const long JsonBytes = 16L * 1024 * 1024;

    public const int Rows = 200_000;
    public const int Columns = 200;
    public const int FieldBytes = 64 * 1024;

    /// <summary>A row with its separators and quotes. It bounds how many columns a row can have before they are counted.</summary>
    public const int RowBytes = 1024 * 1024;
}
