using System.Globalization;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Csv;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>A row of a file: the card it asks for, with what could not be read of it.</summary>
internal sealed class CardRow
{
    private readonly string?[] given;

    private CardRow(int row, int line, string?[] given)
    {
        Row = row;
        Line = line;
        this.given = given;
        Request = Read();
    }

    public int Row { get; }

    public int Line { get; }

    public CardRequest Request { get; private set; }

    public string? CollectionName => Text("collectionName");

    public FieldErrors Errors { get; } = new();

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

        var row = new CardRow(table.Row, table.Line, texts);
        if (table.Fields > columns.Count)
        {
            row.Errors.Add("", $"The row has {table.Fields} fields, and the header {columns.Count}. Is a separator inside a text without quotes?");
        }

        return row;
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
        Tags = Text("tags")?.Split('|'),
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
        var (amount, currency) = (Text("cost.amount"), Text("cost.currency"));
        if (amount is null)
        {
            return null;
        }

        if (currency is not null)
        {
            return new(amount, currency);
        }

        Errors.Add("cost.currency", "A cost needs its currency.");
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
