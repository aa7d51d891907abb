using System.Net;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Rowhouse.CardVault.CardFiles;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

public sealed class CardImportTests(CardVaultFixture vault) : IClassFixture<CardVaultFixture>
{
    [Fact]
    public async Task A_thousand_rows_with_three_bad_ones_import_nothing_and_explain_three_and_mended_import_all()
    {
        var tenant = await vault.CreateTenantAsync("Thousand", "cardvault");
        var rows = Enumerable.Range(1, 1000).Select(i => $"{i},Player {i},1989 Topps Baseball,1989,NM,,,1").ToList();
        var bad = rows.ToList();
        bad[9] = "10,Player 10,1989 Topps Baseball,1989,,PSA,9.5,1";
        bad[499] = "500,,1989 Topps Baseball,1989,NM,,,1";
        bad[999] = "1000,Player 1000,1989 Topps Baseball,nineteen,NM,,,-1";

        var problem = await tenant.Admin.ImportAsync(File(bad)).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:cardvault:import-rows");
        var report = problem.GetProperty("report").Deserialize<CardImportResponse>(JsonSerializerOptions.Web).ShouldNotBeNull();
        (report.Rows, report.Imported, report.ErrorCount).ShouldBe((1000, 0, 3));
        report.Errors.Select(error => (error.Row, error.Line, error.Column, error.Value)).ShouldBe([(10, 11, "grade", "9.5"), (500, 501, "player", null), (1000, 1001, "year", "nineteen"), (1000, 1001, "quantity", "-1")]);
        report.Errors[0].Message.ShouldContain("PSA gives no 9.5");
        (await CountAsync(tenant.Admin)).ShouldBe(0);

        (await tenant.Admin.ImportAsync(File(rows), "?dryRun=true").ReadAsync<CardImportResponse>()).ShouldSatisfyAllConditions(dry => dry.DryRun.ShouldBeTrue(), dry => dry.Imported.ShouldBe(0), dry => dry.ErrorCount.ShouldBe(0));
        (await CountAsync(tenant.Admin)).ShouldBe(0);
        (await tenant.Admin.ImportAsync(File(rows)).ReadAsync<CardImportResponse>()).Imported.ShouldBe(1000);
        (await CountAsync(tenant.Admin)).ShouldBe(1000);

        var again = await tenant.Admin.ImportAsync(File(rows), "?onDuplicate=fail&dryRun=true").ReadAsync<CardImportResponse>();
        (again.ErrorCount, again.Errors.Count).ShouldBe((1000, 1000));
        (await CountAsync(tenant.Admin)).ShouldBe(1000);
    }

    [Theory]
    [InlineData("player,year\nA Comma,1989\n")]
    [InlineData("player;year\r\nB Semicolon;1989\r\n")]
    [InlineData("player\tyear\nC Tab\t1989")]
    [InlineData("\uFEFFplayer,year\r\n\"D \"\"The Quote\"\" Mark\",\"1989\"\r\n")]
    [InlineData("Player , YEAR\n\"E, with\na line\",1989\n")]
    public async Task Files_of_every_common_kind_are_taken(string file)
    {
        var report = await vault.Member.ImportAsync(file, "?dryRun=true").ReadAsync<CardImportResponse>();

        (report.Rows, report.ErrorCount).ShouldBe(file.Contains("a line", StringComparison.Ordinal) ? (1, 1) : (1, 0));
    }

    [Theory]
    [InlineData("player|year\nX|1989\n", "separated by comma, semicolon or tab")]
    [InlineData("player,nickname\nX,Y\n", "nickname")]
    [InlineData("player,player\nX,Y\n", "twice")]
    [InlineData("", "empty")]
    [InlineData("player\n\"open\n", "quote")]
    [InlineData("{\"player\":\"X\"}", "cannot be read")]
    [InlineData("player,year,team\nWhole,1989,Expos\nCut off,19", "row on line 3")]
    public async Task Files_that_are_no_files_of_cards_are_refused_with_the_reason(string file, string reason) =>
        (await vault.Member.ImportAsync(file).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:cardvault:unreadable-file")).GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(reason);

    [Fact]
    public async Task Latin_1_is_refused_with_line_and_byte() =>
        (await vault.Member.ImportAsync([.. "player\nA\nJos"u8, 0xe9, (byte)'\n']).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:cardvault:unreadable-file"))
            .GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("line 3, byte offset 12");

    [Fact]
    public async Task A_million_columns_are_refused_at_once()
    {
        var wide = Encoding.UTF8.GetBytes(new string(',', 1_000_000));

        await vault.Member.ImportAsync(wide).ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "urn:rowhouse:request:too-large");
        await vault.Member.ImportAsync([.. "player,year\n"u8, .. wide]).ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "urn:rowhouse:request:too-large");
    }

    [Fact]
    public async Task More_rows_than_a_file_may_have_are_refused() =>
        await vault.Member.ImportAsync("player\n" + string.Join('\n', Enumerable.Repeat("X", 200_001))).ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "urn:rowhouse:request:too-large");

    [Theory]
    [InlineData("merge")]
    [InlineData("Skip")]
    [InlineData("whatever")]
    public async Task Only_failing_on_duplicates_and_skipping_them_are_known(string onDuplicate) =>
        (await vault.Member.ImportAsync("player\nX\n", $"?onDuplicate={onDuplicate}").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["onDuplicate"]);

    [Fact]
    public async Task A_body_that_is_not_CSV_by_its_type_is_refused() =>
        await vault.Member.Client.PostTextAsync("/api/cardvault/cards/import", "{}").ShouldBeAsync(HttpStatusCode.UnsupportedMediaType);

    [Fact]
    public async Task Rows_name_a_checklist_card_by_its_id_and_get_its_facts()
    {
        var collection = await vault.Member.AddedCollectionAsync("Imported by id");

        (await vault.Member.ImportAsync($"checklistCardId,condition,collectionName\n{vault.Griffey.Id},EX,imported BY id\n").ReadAsync<CardImportResponse>()).Imported.ShouldBe(1);

        var card = (await vault.Member.GetAsync($"cards?collectionId={collection.Id}").ReadAsync<Page<CardResponse>>()).Items.ShouldHaveSingleItem();
        (card.Player, card.Year, card.CollectionName).ShouldBe(("Ken Griffey Jr.", 1989, "Imported by id"));
    }

    [Fact]
    public async Task Duplicates_in_the_file_and_among_the_cards_are_named()
    {
        await vault.Member.AddedCardAsync(new { player = "Dupe One", condition = "NM", year = 1999 });
        await vault.Member.AddedCardAsync(new { player = "Dupe Two", grader = "PSA", grade = "8", certificate = "555" });

        var report = await vault.Member.ImportAsync("player,condition,year,grader,grade,certificate\ndupe one,NM,1999,,,\nDupe One,EX,1999,,,\nDUPE ONE,EX,1999,,,\nOther,,,psa,9,555\nThird,,,PSA,9,556\nFourth,,,PSA,9,556\n", "?dryRun=true")
            .ReadAsync<CardImportResponse>();

        report.Errors.Select(error => (error.Line, error.Column)).ShouldBe([(2, null), (4, null), (5, "certificate"), (7, "certificate")]);
        report.Errors[1].Message.ShouldContain("line 3");
    }

    [Fact]
    public async Task A_member_imports_into_collections_of_their_own_only()
    {
        await vault.OtherMember.AddedCollectionAsync("Not for members");

        (await vault.Member.ImportAsync("player,collectionName\nX,Not for members\nY,Nowhere\n", "?dryRun=true").ReadAsync<CardImportResponse>()).Errors.Select(error => error.Message)
            .ShouldBe(["The collection is somebody else's. A member adds cards to collections of their own.", "There is no such collection. Make it first."]);
        (await vault.Editor.ImportAsync("player,collectionName\nX,Not for members\n").ReadAsync<CardImportResponse>()).Imported.ShouldBe(1);
    }

    [Fact]
    public async Task An_export_imports_again_as_it_was_formulas_included()
    {
        var from = await vault.CreateTenantAsync("Exporter", "cardvault");
        var to = await vault.CreateTenantAsync("Importer", "cardvault");
        var collection = await from.Admin.AddedCollectionAsync("=cmd|' /C calc'!A0");
        await to.Admin.AddedCollectionAsync("=cmd|' /C calc'!A0");
        await from.Admin.AddedCardAsync(new { checklistCardId = vault.Griffey.Id, grader = "BGS", grade = "10B", subgrades = new { centering = "10", corners = "10", edges = "10", surface = "10" }, certificate = "0001", collectionId = collection.Id, tags = new[] { "a", "b" } });
        await from.Admin.AddedCardAsync(new { player = "=HYPERLINK(\"http://x\")", team = "'=quoted", notes = "-1+1\r\n\"two\", lines;=1+1", location = "@home", cost = new { amount = "1200", currency = "JPY" }, quantity = 3, serialNumber = 5, serialLimit = 25, acquiredOn = "2024-02-29", insured = true });

        var file = await Bytes(from.Admin.GetAsync("cards/export"));
        Encoding.UTF8.GetString(file).ShouldContain("'=HYPERLINK");
        Encoding.UTF8.GetString(file).ShouldContain("lines;'=1+1");
        (await to.Admin.ImportAsync(file).ReadAsync<CardImportResponse>()).Imported.ShouldBe(2);

        (await Bytes(to.Admin.GetAsync("cards/export?sort=player"))).Length.ShouldBe(file.Length);
        var free = (await to.Admin.GetAsync("cards?q=hyperlink").ReadAsync<Page<CardResponse>>()).Items.ShouldHaveSingleItem();
        (free.Player, free.Team, free.Notes, free.Location, free.Cost, free.SerialLimit, free.AcquiredOn).ShouldBe(("=HYPERLINK(\"http://x\")", "'=quoted", "-1+1\r\n\"two\", lines;=1+1", "@home", new Money("1200", "JPY"), 25, new DateOnly(2024, 2, 29)));
        var graded = (await to.Admin.GetAsync("cards?grader=BGS").ReadAsync<Page<CardResponse>>()).Items.ShouldHaveSingleItem();
        (graded.Certificate, graded.Subgrades, graded.CollectionName, string.Join('|', graded.Tags)).ShouldBe(("0001", new Subgrades("10", "10", "10", "10"), "=cmd|' /C calc'!A0", "a|b"));
    }

    [Property]
    public Property Any_text_survives_the_guard_against_formulas_and_no_cell_of_it_begins_as_one() =>
        Prop.ForAll(Arb.From(from parts in Gen.Elements("'", "\"", "=", "+", "-", "@", "＝", ";", "\t", "\r", "\n", ",", "x", "1").ArrayOf() select string.Concat(parts)), text =>
        {
            var guarded = FormulaGuard.Guard(text)!;
            return FormulaGuard.Release(guarded) == text
                && guarded.Split(';', '\t', '\r', '\n').All(cell => !(cell.TrimStart('"') is ['=' or '+' or '-' or '@' or '＝', ..]));
        });

    [Fact]
    public async Task The_template_has_the_columns_of_an_export()
    {
        var template = Encoding.UTF8.GetString(await Bytes(vault.Viewer.GetAsync("cards/import/template"))).TrimEnd();
        var export = Encoding.UTF8.GetString(await Bytes(vault.Viewer.GetAsync("cards/export?player=nobody-is-called-so"))).TrimEnd();

        export.ShouldBe(template);
        (await vault.Member.ImportAsync(template, "?dryRun=true").ReadAsync<CardImportResponse>()).Rows.ShouldBe(0);
    }

    [Fact]
    public async Task A_row_may_leave_out_fields_at_its_end_where_its_line_ends() =>
        (await vault.Member.ImportAsync("player,year,team\nShort\nWhole,1989,Expos", "?dryRun=true").ReadAsync<CardImportResponse>()).ErrorCount.ShouldBe(0);

    [Fact]
    public async Task Cards_that_are_there_already_are_skipped_where_that_is_asked_for()
    {
        var tenant = await vault.CreateTenantAsync("Skipper", "cardvault");
        await tenant.Admin.ImportAsync("player,grader,grade,certificate\nA,,,\nB,PSA,9,1\n").ShouldBeAsync(HttpStatusCode.OK);

        const string File = "player,grader,grade,certificate\nA,,,\nB,PSA,9,1\nC,,,\nC,,,\nD,PSA,9,\n";
        var dry = await tenant.Admin.ImportAsync(File, "?onDuplicate=skip&dryRun=true").ReadAsync<CardImportResponse>();
        (dry.Rows, dry.Imported, dry.Skipped, dry.ErrorCount).ShouldBe((5, 0, 3, 0));
        var report = await tenant.Admin.ImportAsync(File, "?onDuplicate=skip").ReadAsync<CardImportResponse>();

        (report.Rows, report.Imported, report.Skipped, report.ErrorCount, report.HasMoreErrors).ShouldBe((5, 2, 3, 0, false));
        (await CountAsync(tenant.Admin)).ShouldBe(4);
    }

    private static string File(IEnumerable<string> rows) => "cardNumber,player,set,year,condition,grader,grade,quantity\n" + string.Join('\n', rows) + "\n";

    private static async Task<long?> CountAsync(TestMember member) => (await member.GetAsync("cards?count=true&limit=1").ReadAsync<Page<CardResponse>>()).Total;

    private static async Task<byte[]> Bytes(Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("text/csv");
        return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }
}
