using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

/// <summary>What spreadsheets make of serial numbers, amounts, grades and certificates before a file is imported.</summary>
public sealed class SpreadsheetTests(CardVaultFixture vault) : IClassFixture<CardVaultFixture>
{
    private const string WrongRows = "urn:rowhouse:cardvault:import-rows";
    private static int tenants;

    [Fact]
    public async Task A_serial_that_a_spreadsheet_made_a_date_is_an_error_of_its_row_and_nothing_is_written()
    {
        const string File = """
            manufacturer,year,set,cardNumber,player,serialNumber,serialLimit,quantity
            Acme,2026,Gold,1,Ana Uno,1,1,1
            Acme,2026,Gold,2,Bo Dos,1-Jan,1,1
            Acme,2026,Gold,3,Cy Tres,46023,1,1
            Acme,2026,Gold,4,Di Cuatro,2026-01-01,1,1
            Acme,2026,Gold,5,Ed Cinco,0,10,1

            """;
        var tenant = await TenantAsync();

        foreach (var report in new[] { await tenant.ImportAsync(File, "?dryRun=true").ReadAsync<CardImportResponse>(), await RefusedAsync(tenant, File) })
        {
            (report.Rows, report.Imported, report.ErrorCount).ShouldBe((5, 0, 4));
            report.Errors.Select(error => (error.Row, error.Line, error.Column, error.Value)).ShouldBe(
                [(2, 3, "serialNumber", "1-Jan"), (3, 4, "serialNumber", "46023"), (4, 5, "serialNumber", "2026-01-01"), (5, 6, "serialNumber", "0")]);
            report.Errors[0].Message.ShouldContain("whole number");
            report.Errors[1].Message.ShouldContain("print run of 1");
        }

        (await CardsAsync(tenant)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("1/1")]
    [InlineData("01/01/2026")]
    [InlineData("1.1.2026")]
    [InlineData("Jan-01")]
    [InlineData("1-ene")]
    [InlineData("1. Jan")]
    [InlineData("1月1日")]
    [InlineData("2026-01-01 00:00:00")]
    [InlineData("46023.0")]
    [InlineData("1.0")]
    [InlineData("1E+00")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("１")]
    [InlineData("99999999999")]
    [InlineData("#N/A")]
    public async Task Other_readings_of_a_serial_are_no_serial_either(string serial)
    {
        var report = await vault.Member.ImportAsync($"player,serialNumber,serialLimit\nAna,\"{serial}\",50000\n", "?dryRun=true").ReadAsync<CardImportResponse>();

        report.Errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(error => error.Column.ShouldBe("serialNumber"), error => error.Value.ShouldBe(serial));
    }

    [Theory]
    [InlineData("year")]
    [InlineData("quantity")]
    [InlineData("serialLimit")]
    [InlineData("acquiredOn")]
    public async Task A_number_with_an_exponent_is_an_error_wherever_a_number_or_a_date_stands(string column) =>
        (await vault.Member.ImportAsync($"player,{column}\nAna,1E+05\n", "?dryRun=true").ReadAsync<CardImportResponse>()).Errors.ShouldHaveSingleItem().Column.ShouldBe(column);

    [Fact]
    public async Task Errors_name_the_record_and_the_line_it_begins_on()
    {
        var tenant = await TenantAsync();

        var report = await RefusedAsync(tenant, Rivera(quantity: 0));
        (report.Rows, report.ErrorCount).ShouldBe((2, 1));
        report.Errors.Select(error => (error.Row, error.Line, error.Column)).ShouldBe([(2, 4, "quantity")]);
        (await CardsAsync(tenant)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_text_with_commas_quotes_and_lines_comes_in_whole_and_its_export_is_skipped_whole()
    {
        var tenant = await TenantAsync();

        (await tenant.ImportAsync(Rivera(quantity: 1)).ReadAsync<CardImportResponse>()).Imported.ShouldBe(2);
        var rivera = (await CardsAsync(tenant)).Single(card => card.CardNumber == "5");
        (rivera.Player, rivera.Notes).ShouldBe(("Rivera, Jo; \"Mo\"", "corner soft\nback clean, 2 scans"));

        var export = await (await tenant.GetAsync("cards/export")).Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var again = await tenant.ImportAsync(export, "?onDuplicate=skip").ReadAsync<CardImportResponse>();
        (again.Rows, again.Imported, again.Skipped, again.ErrorCount).ShouldBe((2, 0, 2, 0));
    }

    [Theory]
    [InlineData("player,quantity,notes\r\nA,1,\"one\r\ntwo\"\r\nB,0,\r\n", 4)]
    [InlineData("player,quantity,notes\nA,1,\"one\n\n\ntwo\"\nB,0,\n", 6)]
    [InlineData("player,quantity,notes\nA,1,x\n\n\nB,0,\n", 5)]
    [InlineData("player;quantity;notes\nA;1;\"one, two\nthree; four\"\nB;0;\n", 4)]
    [InlineData("player\tquantity\tnotes\nA\t1\t\"one\ttwo\nthree; four\"\nB\t0\t\n", 4)]
    [InlineData("\uFEFF\"player\",\"quantity\",\"notes\"\n\"A\"\"\n\"\"\",1,x\nB,0,\n", 4)]
    public async Task Records_are_counted_whatever_ends_lines_and_separates_columns(string file, int line)
    {
        var report = await vault.Member.ImportAsync(file, "?dryRun=true").ReadAsync<CardImportResponse>();

        report.Errors.Where(error => error.Column == "quantity").Select(error => (error.Row, error.Line)).ShouldBe([(2, line)]);
    }

    [Fact]
    public async Task A_plain_cost_of_a_German_file_is_read_by_its_comma_and_never_guessed()
    {
        const string File = "manufacturer;year;set;cardNumber;player;cost;quantity\nAcme;2010;Euro;1;Uwe Eins;12,50;1\nAcme;2010;Euro;2;Ute Zwei;1.250,00;1\n";
        var tenant = await TenantAsync("EUR");

        var report = await RefusedAsync(tenant, File + "Acme;2010;Euro;3;Udo Drei;1.250;1\n");
        report.Errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(error => error.Row.ShouldBe(3), error => error.Column.ShouldBe("cost"), error => error.Value.ShouldBe("1.250"), error => error.Message.ShouldContain("Write 1250 or 1,25"));
        (await CardsAsync(tenant)).ShouldBeEmpty();

        (await tenant.ImportAsync(File).ReadAsync<CardImportResponse>()).Imported.ShouldBe(2);
        (await CardsAsync(tenant)).ToDictionary(card => card.Player, card => card.Cost).ShouldBe(
            new Dictionary<string, Money?> { ["Uwe Eins"] = new("12.50", "EUR"), ["Ute Zwei"] = new("1250.00", "EUR") }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("player;cost.amount;cost.currency\nX;12,50;EUR\n", "12.50 EUR")]
    [InlineData("player\tcost.amount\tcost.currency\nX\t12,50\tEUR\n", "12.50 EUR")]
    [InlineData("player;cost.amount;cost.currency\nX;1250,00;EUR\n", "1250.00 EUR")]
    [InlineData("player;cost.amount;cost.currency\nX;12.50;EUR\n", "12.50 EUR")]
    [InlineData("player;cost.amount;cost.currency\nX;1,250;KWD\n", "1.250 KWD")]
    [InlineData("player,cost.amount,cost.currency\nX,1.250,KWD\n", "1.250 KWD")]
    [InlineData("player;cost.amount;cost.currency\nX;1.250,00;EUR\n", "1250.00 EUR")]
    [InlineData("player;cost.amount;cost.currency\nX;1.250.000;JPY\n", "1250000 JPY")]
    [InlineData("player;Cost;cost.currency\nX;12,50;CHF\n", "12.50 CHF")]
    [InlineData("player,cost\nX,12.50\n", "12.50 USD")]
    [InlineData("player,cost.amount\nX,12.50\n", "12.50 USD")]
    public async Task An_amount_is_read_as_its_file_writes_it(string file, string cost)
    {
        var tenant = await TenantAsync();

        await tenant.ImportAsync(file).ShouldBeAsync(HttpStatusCode.OK);

        var read = (await CardsAsync(tenant)).ShouldHaveSingleItem().Cost.ShouldNotBeNull();
        $"{read.Amount} {read.Currency}".ShouldBe(cost);
    }

    [Theory]
    [InlineData("player,cost.amount,cost.currency\nX,\"12,50\",EUR\n", "Write 12.50")]
    [InlineData("player,cost.amount,cost.currency\nX,\"1,250.00\",USD\n", "1250.00")]
    [InlineData("player,cost.amount,cost.currency\nX,1'250.00,CHF\n", "1250.00")]
    [InlineData("player,cost.amount,cost.currency\nX,1.250,EUR\n", "EUR has 2 decimals")]
    [InlineData("player;cost.amount;cost.currency\nX;1'250,00;CHF\n", "1250,00")]
    [InlineData("player;cost.amount;cost.currency\nX;1’250,00;CHF\n", "1250,00")]
    [InlineData("player;cost.amount;cost.currency\nX;1\u00A0250,00;EUR\n", "1250,00")]
    [InlineData("player;cost.amount;cost.currency\nX;1\u202F250,00;EUR\n", "1250,00")]
    [InlineData("player;cost.amount;cost.currency\nX;1 250;SEK\n", "1250,00")]
    [InlineData("player;cost.amount;cost.currency\nX;1,250.00;USD\n", "1250,00")]
    [InlineData("player;cost.amount;cost.currency\nX;1.25,00;EUR\n", "1250,00")]
    [InlineData("player;cost.amount;cost.currency\nX;0.250,00;EUR\n", "1250,00")]
    [InlineData("player;cost.amount;cost.currency\nX;1.250;EUR\n", "thousands and as decimals")]
    [InlineData("player;cost.amount;cost.currency\nX;1.250;KWD\n", "thousands and as decimals")]
    [InlineData("player;cost.amount;cost.currency\nX;1.250;JPY\n", "thousands and as decimals")]
    [InlineData("player;cost.amount;cost.currency\nX;12,50;JPY\n", "JPY has no decimals")]
    [InlineData("player;cost.amount;cost.currency\nX;1,250;EUR\n", "EUR has 2 decimals")]
    [InlineData("player;cost.amount;cost.currency\nX;1,2,5;EUR\n", "1250,00")]
    [InlineData("player;cost.amount;cost.currency\nX;1E+05;EUR\n", "such as 40.00")]
    [InlineData("player;cost.amount;cost.currency\nX;12,50 €;EUR\n", "such as 40.00")]
    [InlineData("player;cost.amount;cost.currency\nX;(12,50);EUR\n", "such as 40.00")]
    public async Task An_amount_that_can_be_read_in_two_ways_or_none_says_how_to_write_it(string file, string said) =>
        (await vault.Member.ImportAsync(file, "?dryRun=true").ReadAsync<CardImportResponse>()).Errors.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(error => error.Column.ShouldBe("cost.amount"), error => error.Message.ShouldContain(said));

    [Fact]
    public async Task A_file_with_a_column_of_currencies_names_one_for_each_cost() =>
        (await vault.Member.ImportAsync("player,cost,cost.currency\nX,12.50,\nY,,\nZ,1,GBP\n", "?dryRun=true").ReadAsync<CardImportResponse>())
            .Errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(error => error.Row.ShouldBe(1), error => error.Column.ShouldBe("cost.currency"));

    [Fact]
    public async Task A_cost_by_both_of_its_names_is_refused() =>
        (await vault.Member.ImportAsync("player,cost,cost.amount\nX,1,2\n").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:cardvault:unreadable-file")).GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("twice");

    [Fact]
    public async Task Graded_cards_go_by_the_ladders_and_certificates_are_text()
    {
        var tenant = await TenantAsync();
        foreach (var (grader, grade, certificate, read) in new (string, string, string?, string)[]
        {
            ("PSA", "8.5", null, "8.5"), ("PSA", "1.5", null, "1.5"), ("PSA", "A", null, "A"), ("SGC", "9.5", null, "9.5"), ("SGC", "10P", null, "10P"),
            ("PSA", "9.0", "00012345", "9"), ("PSA", "9", "12345", "9"),
        })
        {
            var card = await tenant.AddedCardAsync(new { player = "Graded", grader, grade, certificate, quantity = 1 });
            (card.Grade, card.Certificate).ShouldBe((read, certificate));
        }

        await tenant.AddCardAsync(new { player = "Graded", grader = "PSA", grade = "9", certificate = " 12345 " }).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:cardvault:duplicate-certificate");
        foreach (var (grader, grade, quantity, field) in new[] { ("PSA", "9.5", 1, "grade"), ("SGC", "9.75", 1, "grade"), ("PSA", "0", 1, "grade"), ("PSA", "9", 2, "quantity") })
        {
            (await tenant.AddCardAsync(new { player = "Graded", grader, grade, quantity }).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe([field]);
        }

        (await CardsAsync(tenant)).Count.ShouldBe(7);
    }

    [Fact]
    public async Task A_file_keeps_the_zeros_of_certificates_and_reads_grades_as_spreadsheets_write_them()
    {
        var tenant = await TenantAsync();

        await tenant.ImportAsync("player;grader;grade;certificate;subgrades.centering;subgrades.corners;subgrades.edges;subgrades.surface\nA;PSA;9,0;00012345;;;;\nB;PSA;8.50;12345;;;;\nC;BGS;9,5;0;9,5;9,5;10,0;9.5\nD;SGC;10,00; 012345 ;;;;\n").ShouldBeAsync(HttpStatusCode.OK);

        var cards = (await CardsAsync(tenant)).OrderBy(card => card.Player, StringComparer.Ordinal).ToList();
        cards.Select(card => (card.Grade, card.Certificate)).ShouldBe([("9", "00012345"), ("8.5", "12345"), ("9.5", "0"), ("10", "012345")]);
        cards[2].Subgrades.ShouldBe(new Subgrades("9.5", "9.5", "10", "9.5"));
    }

    [Theory]
    [InlineData("9,5", "12", "grade")]
    [InlineData("9.", "12", "grade")]
    [InlineData("9.00.0", "12", "grade")]
    [InlineData("8.5.0", "12", "grade")]
    [InlineData("9..0", "12", "grade")]
    [InlineData("09", "12", "grade")]
    [InlineData("9E+00", "12", "grade")]
    [InlineData("9", "1.2E+07", "certificate")]
    [InlineData("9", "12345678.0", "certificate")]
    [InlineData("9", "12,345,678", "certificate")]
    [InlineData("9", "１２３", "certificate")]
    public async Task What_a_spreadsheet_spoilt_is_no_grade_and_no_certificate(string grade, string certificate, string column) =>
        (await vault.Member.ImportAsync($"player,grader,grade,certificate\nA,PSA,\"{grade}\",\"{certificate}\"\n", "?dryRun=true").ReadAsync<CardImportResponse>()).Errors.ShouldHaveSingleItem().Column.ShouldBe(column);

    private static string Rivera(int quantity) => $""""
        manufacturer,year,set,cardNumber,player,quantity,notes
        Acme,1999,Duos,5,"Rivera, Jo; ""Mo""",1,"corner soft
        back clean, 2 scans"
        Acme,1999,Duos,6,Sam Vale,{quantity},

        """";

    private async Task<TestMember> TenantAsync(string currency = "USD")
    {
        var slug = $"sheet-{Interlocked.Increment(ref tenants)}";
        await vault.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = slug, slug, currency, products = new[] { "cardvault" } }, TestContext.Current.CancellationToken).ShouldBeAsync(HttpStatusCode.Created);
        return await vault.AddMemberAsync(slug, "admin");
    }

    private static async Task<CardImportResponse> RefusedAsync(TestMember tenant, string file) =>
        (await tenant.ImportAsync(file).ProblemAsync(HttpStatusCode.BadRequest, WrongRows)).GetProperty("report").Deserialize<CardImportResponse>(JsonSerializerOptions.Web).ShouldNotBeNull();

    private static async Task<IReadOnlyList<CardResponse>> CardsAsync(TestMember tenant) => (await tenant.GetAsync("cards").ReadAsync<Page<CardResponse>>()).Items;
}
