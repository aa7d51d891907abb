using System.Globalization;
using Rowhouse.CardVault.Csv;

namespace Rowhouse.CardVault.CatalogueImport;

/// <summary>Checklists as CSV: <c>sport, year, release, set, number, name, attributes, note, variation, variation_note</c>.</summary>
internal static class ChecklistCsv
{
    private static readonly string[] columns = ["sport", "year", "release", "set", "number", "name", "attributes", "note", "variation", "variation_note"];

    public static async Task ReadAsync(Stream body, Checklist checklist, CancellationToken cancellationToken)
    {
        await using var table = await CsvTable.OpenAsync(body, cancellationToken);
        var places = columns.Select(column => table.Columns.ToList().FindIndex(name => name.Equals(column, StringComparison.OrdinalIgnoreCase))).ToArray();
        foreach (var (column, place) in columns.Zip(places))
        {
            if (place < 0 && column is "sport" or "year" or "release" or "set" or "number" or "name")
            {
                throw new CsvRefusedException($"The header has no column {column}. A checklist has the columns {string.Join(", ", columns)}.");
            }
        }

        while (await table.ReadAsync(cancellationToken))
        {
            if (Row(table, places, checklist) is { } row)
            {
                checklist.Add(row);
            }
            else
            {
                checklist.SkipRow();
            }
        }
    }

    private static ChecklistRow? Row(CsvTable table, int[] places, Checklist checklist)
    {
        var valid = true;
        var sport = Text(0, required: true, 40)?.ToLowerInvariant();
        var yearText = Text(1, required: true, 9);
        var release = Text(2, required: true, 120);
        var set = Text(3, required: true, 160);
        var number = Text(4, required: false, 40);
        var name = Text(5, required: true, 500);
        var attributes = Text(6, required: false, 100);
        var note = Text(7, required: false, 500);
        var variation = Text(8, required: false, 200);
        var variationNote = Text(9, required: false, 500);

        // A season that spans two years (1986-87) goes by its first.
        var year = 0;
        if (yearText is not null && (!int.TryParse(yearText.AsSpan(0, Math.Min(4, yearText.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out year) || year is < 1860 or > 2100))
        {
            Refuse(1, yearText, "A year is a number such as 1989, or 1986-87.");
        }

        return valid
            ? new(table.Line, sport!, year, release!, set!, number ?? "", name!, attributes?.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [], note, variation, variationNote)
            : null;         // valid: all required texts were there

        string? Text(int column, bool required, int most)
        {
            var value = places[column] < 0 ? null : table.Field(places[column]);
            if (value is null && required)
            {
                Refuse(column, null, $"The {columns[column]} is missing.");
            }
            else if (value?.Length > most)
            {
                Refuse(column, value, $"The {columns[column]} has more than {most} characters.");
            }

            return value;
        }

        void Refuse(int column, string? value, string message)
        {
            valid = false;
            checklist.Refuse(table.Line, columns[column], value, message);
        }
    }
}
