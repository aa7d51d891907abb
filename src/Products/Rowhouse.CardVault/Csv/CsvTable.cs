using System.Text;
using CsvHelper;

namespace Rowhouse.CardVault.Csv;

/// <summary>
/// A CSV file with a header, read row by row within <see cref="CsvLimits"/>: UTF-8 with or without a byte order mark, any line
/// ends, quotes after RFC 4180, separated by comma, semicolon or tab, whichever the header uses.
/// </summary>
internal sealed class CsvTable : IAsyncDisposable
{
    private const int HeaderBytes = 64 * 1024;
    private static readonly byte[] separators = [(byte)',', (byte)';', (byte)'\t'];

    private readonly CsvReader reader;
    private readonly Utf8GuardStream file;
    private int lastFields = int.MaxValue;
    private int lastLine;

    private CsvTable(CsvReader reader, Utf8GuardStream file, char separator, IReadOnlyList<string> columns)
    {
        this.reader = reader;
        this.file = file;
        Separator = separator;
        Columns = columns;
    }

    /// <summary>The header's names, trimmed.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>What separates the columns.</summary>
    public char Separator { get; }

    /// <summary>The row that was read last, counted from 1 without the header.</summary>
    public int Row { get; private set; }

    /// <summary>The line of the file on which that row begins, counted from 1.</summary>
    public int Line => checked((int)reader.LineNumber);

    /// <summary>How many fields the row has; a mended file may have another number than the header.</summary>
    public int Fields => reader.FieldCount;

    /// <summary>Reads the header.</summary>
    /// <exception cref="CsvRefusedException">The file is no CSV file within the limits.</exception>
    public static async ValueTask<CsvTable> OpenAsync(Stream body, CancellationToken cancellationToken)
    {
        var guarded = new Utf8GuardStream(body, CsvLimits.Bytes);
        var start = new byte[HeaderBytes];
        var length = await guarded.ReadAtLeastAsync(start, HeaderBytes, throwOnEndOfStream: false, cancellationToken);
        var separator = (char)SeparatorOf(start.AsSpan(0, length));
        CheckHeader(start.AsSpan(0, length), (byte)separator);
        var options = new CsvReaderOptions
        {
            Separator = separator,
            DetectSeparatorHint = false,
            MaxRecordSize = CsvLimits.RowBytes,
            TrackLineNumbers = true,
            SkipEmptyLines = true,
            MalformedData = CsvMalformedDataHandling.Throw,
            FieldCountMismatch = CsvFieldCountHandling.Allow,
        };
        var opened = CsvReader.Create(new ResumedStream(start.AsMemory(0, length), guarded), options);
        try
        {
            await opened.ReadHeaderAsync(cancellationToken);
            var columns = opened.Headers is { Count: > 0 } headers
                ? headers.Select(name => name.Trim()).ToList()
                : throw new CsvRefusedException("The file is empty: its first line must name the columns.");
            CheckWidth(columns.Count, 1);
            return new(opened, guarded, separator, columns);
        }
        catch (CsvFormatException malformed)
        {
            await opened.DisposeAsync();
            throw Refused(malformed);
        }
        catch (CsvRefusedException)
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Goes to the next row.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="CsvRefusedException">What follows is no CSV, or a limit was met.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return !file.EndsInsideLine || lastFields >= Columns.Count
                    ? false
                    : throw new CsvRefusedException($"The file ends in the middle of the row on line {lastLine}, after {lastFields} of {Columns.Count} columns. Was it cut off on its way?");
            }
        }
        catch (CsvFormatException malformed)
        {
            throw Refused(malformed);
        }

        if (++Row > CsvLimits.Rows)
        {
            throw new CsvRefusedException($"The file has more than {CsvLimits.Rows:N0} rows. Split it.", tooLarge: true);
        }

        CheckWidth(reader.FieldCount, Line);
        (lastFields, lastLine) = (reader.FieldCount, Line);
        return true;
    }

    /// <summary>A field of the row, trimmed; <see langword="null"/> where it is empty or absent.</summary>
    /// <exception cref="CsvRefusedException">The field is too long.</exception>
    public string? Field(int index)
    {
        if (index >= reader.FieldCount)
        {
            return null;
        }

        if (reader.GetSpan(index).Length > CsvLimits.FieldBytes)
        {
            throw new CsvRefusedException($"Line {Line}: column {index + 1} has more than {CsvLimits.FieldBytes / 1024} KB. Is a quote not closed?", tooLarge: true);
        }

        var value = reader.GetString(index).Trim();
        return value.Length == 0 ? null : value;
    }

    public ValueTask DisposeAsync() => reader.DisposeAsync();

    private static void CheckWidth(int columns, int line)
    {
        if (columns > CsvLimits.Columns)
        {
            throw new CsvRefusedException($"Line {line} has more than {CsvLimits.Columns} columns.", tooLarge: true);
        }
    }

    // Before the parser sees it, which takes some sixty bytes for every column there is.
    private static void CheckHeader(ReadOnlySpan<byte> start, byte separator)
    {
        var columns = 1;
        var quoted = false;
        foreach (var value in Header(start))
        {
            if (value == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && value is ((byte)'\n' or (byte)'\r'))
            {
                return;
            }
            else if (!quoted && value == separator)
            {
                CheckWidth(++columns, 1);
            }
        }

        if (start.Length == HeaderBytes)
        {
            throw new CsvRefusedException($"The first line, which must name the columns, has more than {HeaderBytes / 1024} KB. Is a quote not closed?", tooLarge: true);
        }
    }

    // Without what the parser passes over: the byte order mark, and empty lines.
    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> start) => (start.StartsWith(Encoding.UTF8.Preamble) ? start[Encoding.UTF8.Preamble.Length..] : start).TrimStart("\r\n"u8);

    private static byte SeparatorOf(ReadOnlySpan<byte> start)
    {
        start = Header(start);
        var end = start.IndexOfAny((byte)'\n', (byte)'\r');
        var header = end < 0 ? start : start[..end];
        var best = separators[0];
        var most = 0;
        foreach (var separator in separators)
        {
            if (header.Count(separator) is var count && count > most)
            {
                (best, most) = (separator, count);
            }
        }

        return best;
    }

    private static CsvRefusedException Refused(CsvFormatException malformed) =>
        malformed.InnerException is CsvRefusedException inner ? inner : new(
            malformed.LineNumber > 0
                ? $"The row that begins on line {malformed.LineNumber} cannot be read: a quote is not closed or stands in the wrong place, or the row has more than {CsvLimits.RowBytes / 1024} KB."
                : $"The file's first row cannot be read: a quote is not closed or stands in the wrong place, or the row has more than {CsvLimits.RowBytes / 1024} KB.",
            tooLarge: malformed.Message.Contains("MaxRecordSize", StringComparison.Ordinal));
}
