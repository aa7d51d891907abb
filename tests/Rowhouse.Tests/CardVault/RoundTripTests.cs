using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Rowhouse.CardVault.CardFiles;
using Rowhouse.CardVault.Cards;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Http;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

/// <summary>Whatever text a card can have: a file that an export wrote is taken by an import and gives the same card.</summary>
public sealed class RoundTripTests
{
    // What breaks files: separators, quotes, line ends, what spreadsheets run or reformat, marks, blanks of every kind,
    // combining, right-to-left, outside the basic plane, and what is long.
    private static readonly string[] pieces =
    [
        ",", ";", "\t", "|", "\"", "\"\"", "'", "''", "\n", "\r\n", "\r", "=", "+", "-", "@", "=1+1", "'=", ";=", ";'-", "＝", "\uFEFF", "\u00A0", "\u2003", "\u2028", "\u2029", "\u0085", "\u200B", "\u200D", "\u3000", " ", "  ",
        "é", "e\u0301", "ß", "İ", "\u202E", "\u200F", "עברית", "العربية", "大谷翔平", "🎴", "👨‍👩‍👧", "\U0010FFFF", "\uFFFD", "0", "007", "1/1", "1e5", "null", "NULL", "\\", "\\n", "%", "<", "&", "#", "x", "Ken Griffey Jr.", new string('y', 190),
    ];

    private static readonly Gen<string> text = from count in Gen.Choose(0, 6) from parts in Gen.Elements(pieces).ListOf(count) select string.Concat(parts);

    private static readonly Gen<CardRequest> requests =
        from player in text
        from team in text
        from manufacturer in text
        from set in text
        from location in text
        from notes in text
        from number in text
        from tags in text.ListOf(3)
        from amount in Gen.Elements("0", "0.01", "40.00", "999999999999.99")
        from other in Gen.Choose(0, 1_000)
        select new CardRequest
        {
            Player = player,
            Team = team,
            Manufacturer = manufacturer,
            Set = set,
            Location = location,
            Notes = notes,
            CardNumber = number,
            Tags = [.. tags],
            Cost = other % 3 == 0 ? null : new Money(amount, "USD"),
            Quantity = 1 + other,
            Year = other % 4 == 0 ? null : 1900 + other % 150,
            Insured = other % 2 == 0,
            AcquiredOn = other % 5 == 0 ? null : new DateOnly(2024, 1 + other % 12, 1 + other % 28),
        };

    [Fact]
    public void A_file_that_an_export_wrote_gives_the_same_cards_again()
    {
        var taken = 0;

        Prop.ForAll(Arb.From(requests.ListOf(20)), cards =>
        {
            var given = cards.Select(Draft).OfType<CardDraft>().ToList();
            taken += given.Count;
            return Told(given) == Told(ThroughFileAsync(given).GetAwaiter().GetResult());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

        taken.ShouldBeGreaterThan(500);
    }

    private static async Task<List<CardDraft>> ThroughFileAsync(List<CardDraft> drafts)
    {
        using var file = new MemoryStream();
        await ExportCards.WriteAsync(drafts.Select(draft => new ExportCards.ExportedCard(new Card(Guid.AllBitsSet, draft, Guid.AllBitsSet, DateTimeOffset.UnixEpoch), null)).ToAsyncEnumerable(), file, CancellationToken.None);
        file.Position = 0;
        var rows = await CardImport.ReadAsync(file, "USD", CancellationToken.None);
        rows.Count.ShouldBe(drafts.Count);
        var read = CardImport.Check(rows, new Dictionary<Guid, ChecklistFacts>(), CancellationToken.None);
        rows.SelectMany(row => row.Errors.All).ShouldBeEmpty();
        return [.. read.Select(row => row.Draft)];
    }

    private static CardDraft? Draft(CardRequest request) => CardRules.Check(request, null, new FieldErrors());

    private static string Told(IEnumerable<CardDraft> cards)
    {
        var told = new StringBuilder();
        foreach (var card in cards)
        {
            told.AppendLine(CultureInfo.InvariantCulture, $"{card with { Tags = [] }} {string.Join('|', card.Tags)}");
        }

        return told.ToString();
    }
}
