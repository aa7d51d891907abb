using System.Buffers;
using System.Globalization;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Csv;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Http;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>A row of a file: the card it asks for, with what could not be read of it.</summary>
internal sealed class CardRow
{
    private static readonly SearchValues<char> amountCharacters = SearchValues.Create("0123456789,.");

    private readonly string?[] given;
    private readonly bool takesDecimalComma;
    private bool wasWrong;

    private CardRow(int row, int line, string?[] given, bool takesDecimalComma)
    {
        Row = row;
        Line = line;
        this.given = given;
        this.takesDecimalComma = takesDecimalComma;
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

    /// <summary>Reads a row.</summary>
    /// <param name="table">The file.</param>
    /// <param name="columns">Which column each field is, as <see cref="CardColumns.IndexOf"/> says.</param>
    public static CardRow Of(CsvTable table, IReadOnlyList<int> columns)
    {
        var texts = new string?[CardColumns.Count];
        for (var i = 0; i < columns.Count; i++)
        {
            texts[columns[i]] = FormulaGuard.Release(table.Field(i));
        }

        var row = new CardRow(table.Row, table.Line, texts, table.Separator != ',');
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
        Grade = Text("grade"),
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
        var (centering, corners, edges, surface) = (Text("subgrades.centering"), Text("subgrades.corners"), Text("subgrades.edges"), Text("subgrades.surface"));
        return (centering ?? corners ?? edges ?? surface) is null ? null : new(centering ?? "", corners ?? "", edges ?? "", surface ?? "");
    }

    private Money? Cost()
    {
        if (Amount() is not { } amount)
        {
            return null;
        }

        var currency = Text("cost.currency");

        if (currency is not null)
        {
            return new(amount, currency);
        }

        Errors.Add("cost.currency", "A cost needs its currency.");
        return null;
    }

    // Where semicolons or tabs separate, a spreadsheet wrote the file whose decimals have a comma, and 1.250 may be its 1250.
    private string? Amount()
    {
        var text = Text("cost.amount");
        if (text is null || text.AsSpan().ContainsAnyExcept(amountCharacters))
        {
            return text;        // MinorUnits says what an amount is.
        }

        var (commas, points) = (text.AsSpan().Count(','), text.AsSpan().Count('.'));
        var refused = (takesDecimalComma, commas, points) switch
        {
            (false, > 0, _) => "A decimal comma is taken only where the columns are separated by semicolon or tab. Write 12.50.",
            (true, > 1, _) or (true, > 0, > 0) => "Write the amount without separators of thousands: 1250,00 or 1250.00.",
            (true, 0, 1) when text.Length - text.IndexOf('.', StringComparison.Ordinal) == 4 => "This can be read as thousands and as decimals. Write 1250 or 1,25.",
            _ => null,
        };
        if (refused is null)
        {
            return text.Replace(',', '.');
        }

        Errors.Add("cost.amount", refused);
        return null;
    }

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

        Errors.Add(column, "This is a whole number.");
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
}
