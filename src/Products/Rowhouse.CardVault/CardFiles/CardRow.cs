using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Csv;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Http;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>A row of a file: the card it asks for, with what could not be read of it.</summary>
internal sealed partial class CardRow
{
    // With the apostrophes and blanks that Swiss, French and Swedish spreadsheets put between thousands.
    private static readonly SearchValues<char> amountCharacters = SearchValues.Create("0123456789,.'\u2019 \u00A0\u2009\u202F");
    private static readonly SearchValues<char> thousandsMarks = SearchValues.Create("'\u2019 \u00A0\u2009\u202F");

    private readonly string?[] given;
    private readonly CardFileFormat format;
    private bool wasWrong;

    private CardRow(int row, int line, string?[] given, CardFileFormat format)
    {
        Row = row;
        Line = line;
        this.given = given;
        this.format = format;
        Request = Read();
    }

    public int Row { get; }

    public int Line { get; }

    public CardRequest Request { get; private set; }

    public string? CollectionName => Text("collectionName");

    /// <summary>What is wrong with it, as far as it is to be told.</summary>
    public FieldErrors Errors { get; private set; } = new();

    public bool IsWrong => wasWrong || !Errors.IsEmpty;

    /// <summary>What stands in a column; a field with parts stands in several.</summary>
    public string? Text(string column) => CardColumns.IndexOf(column) is var index and >= 0 ? given[index] : null;

    /// <summary>The column that a field of a card has in this file.</summary>
    public string ColumnOf(string field) => field == CardColumns.Cost ? format.CostColumn : field;

    /// <summary>Reads a row.</summary>
    /// <param name="table">The file.</param>
    /// <param name="format">How it writes its cards.</param>
    public static CardRow Of(CsvTable table, CardFileFormat format)
    {
        var columns = format.Columns;
        var texts = new string?[CardColumns.Count];
        for (var i = 0; i < columns.Count; i++)
        {
            texts[columns[i]] = FormulaGuard.Release(table.Field(i));
        }

        var row = new CardRow(table.Row, table.Line, texts, format);
        if (table.Fields > columns.Count)
        {
            row.Errors.Add("", $"The row has {table.Fields} fields, and the header {columns.Count}. Is a separator inside a text without quotes?");
        }

        return row;
    }

    /// <summary>Forgets what is wrong with it where no more is to be told; a file can have wrong rows by the hundred thousand.</summary>
    /// <param name="room">How many messages may still be told.</param>
    /// <returns>How many are kept.</returns>
    public int Keep(int room)
    {
        if (room <= 0 && !Errors.IsEmpty)
        {
            (wasWrong, Errors) = (true, new());
        }

        return Errors.All.Count;
    }

    /// <summary>Puts the card into a collection that the row names.</summary>
    public void Into(Guid collection) => Request = Request with { CollectionId = collection };

    private CardRequest Read() => new()
    {
        ChecklistCardId = Id("checklistCardId"),
        VariationId = Id("variationId"),
        CardNumber = Text("cardNumber"),
        Player = Text("player"),
        Team = Text("team"),
        Manufacturer = Text("manufacturer"),
        Set = Text("set"),
        Year = Number("year"),
        Condition = Text("condition"),
        Grader = Text("grader"),
        Grade = Decimal("grade"),
        Subgrades = Subgrades(),
        Certificate = Text("certificate"),
        SerialNumber = Number("serialNumber"),
        SerialLimit = Number("serialLimit"),
        Quantity = Number("quantity"),
        Cost = Cost(),
        AcquiredOn = Date("acquiredOn"),
        Location = Text("location"),
        Insured = Flag("insured"),
        // One part more than a card may have: it is refused for their count, and the rest is never taken apart.
        Tags = Text("tags")?.Split('|', CardRules.MaxTags + 1),
        Notes = Text("notes"),
        CollectionId = Id(CardColumns.CollectionId),
    };

    private Subgrades? Subgrades()
    {
        var (centering, corners, edges, surface) = (Decimal("subgrades.centering"), Decimal("subgrades.corners"), Decimal("subgrades.edges"), Decimal("subgrades.surface"));
        return (centering ?? corners ?? edges ?? surface) is null ? null : new(centering ?? "", corners ?? "", edges ?? "", surface ?? "");
    }

    private Money? Cost()
    {
        if (Amount() is not { } amount)
        {
            return null;
        }

        if ((Text(CardColumns.Currency) ?? format.Currency) is { } currency)
        {
            return new(amount, currency);
        }

        Errors.Add(CardColumns.Currency, "A cost needs its currency.");
        return null;
    }

    // What can be read in two ways is asked for: a comma that is dropped makes 1250 of 12,50, and a point that is kept 1.25 of 1.250.
    private string? Amount()
    {
        var text = Text(CardColumns.Amount);
        if (text is null)
        {
            return null;
        }

        var (commas, points) = (text.AsSpan().Count(','), text.AsSpan().Count('.'));
        var thousands = commas + points > 1 || text.AsSpan().ContainsAny(thousandsMarks);
        if (thousands && format.TakesDecimalComma && Thousands().IsMatch(text))
        {
            return text.Replace(".", "", StringComparison.Ordinal).Replace(',', '.');
        }

        if (text.AsSpan().ContainsAnyExcept(amountCharacters))
        {
            return text;        // MinorUnits says what an amount is.
        }

        var refused = (format.TakesDecimalComma, commas, points) switch
        {
            (false, _, _) when thousands => "Write the amount without separators of thousands: 1250.00.",
            (true, _, _) when thousands => "Write the amount without separators of thousands: 1250,00 or 1250.00.",
            (false, > 0, _) => "A decimal comma is taken only where the columns are separated by semicolon or tab. Write 12.50.",
            (true, 0, 1) when text.Length - text.IndexOf('.', StringComparison.Ordinal) == 4 => "This can be read as thousands and as decimals. Write 1250 or 1,25.",
            _ => null,
        };
        if (refused is null)
        {
            return text.Replace(',', '.');
        }

        Errors.Add("cost", refused);
        return null;
    }

    // A spreadsheet writes the decimals of a grade as those of an amount.
    private string? Decimal(string column) =>
        Text(column) is { } text && format.TakesDecimalComma && !text.AsSpan().ContainsAnyExcept(amountCharacters) ? text.Replace(',', '.') : Text(column);

    private Guid? Id(string column)
    {
        if (Text(column) is not { } text)
        {
            return null;
        }

        if (Guid.TryParse(text, out var id))
        {
            return id;
        }

        Errors.Add(column, "An id is a UUID.");
        return null;
    }

    private int? Number(string column)
    {
        if (Text(column) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Errors.Add(column, column == "serialNumber"
            ? "A whole number: that of the copy, 1 for 1/1. A spreadsheet makes a date of 1/1."
            : "A whole number, in digits alone.");
        return null;
    }

    private DateOnly? Date(string column)
    {
        if (Text(column) is not { } text)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return date;
        }

        Errors.Add(column, "A date is written 2024-12-31.");
        return null;
    }

    private bool? Flag(string column)
    {
        switch (Text(column)?.ToUpperInvariant())
        {
            case null:
                return null;
            case "TRUE" or "YES" or "1":
                return true;
            case "FALSE" or "NO" or "0":
                return false;
            default:
                Errors.Add(column, "This is true or false.");
                return null;
        }
    }

    [GeneratedRegex("^[1-9][0-9]{0,2}([.][0-9]{3})+(,[0-9]+)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Thousands();
}
