using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Rowhouse.CardVault.Catalogue;
using Rowhouse.CardVault.CatalogueImport;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

public sealed class ChecklistTests
{
    private const string Header = "sport,year,release,set,number,name,attributes,note,variation,variation_note\n";

    [Fact]
    public async Task Cards_that_share_everything_get_ids_of_their_own_and_the_same_ones_each_time()
    {
        const string Rows = "baseball,1981,1981 Donruss Baseball,Base Set,,Checklist,CL,Cards 1-120,,\nbaseball,1981,1981 Donruss Baseball,Base Set,,Checklist,CL,Cards 121-240,,\n";

        var first = await CsvAsync(Rows);
        var second = await CsvAsync(Rows);

        first.Cards.Select(card => card.Id).Distinct().Count().ShouldBe(2);
        second.Cards.Select(card => card.Id).ShouldBe(first.Cards.Select(card => card.Id));
    }

    [Fact]
    public async Task An_id_is_a_version_5_UUID_that_never_changes()
    {
        var card = (await CsvAsync("baseball,1989,1989 Upper Deck Baseball,Low Series,1,Ken Griffey Jr.,SR|RC,,,\n")).Cards.ShouldHaveSingleItem();

        card.Id.Version.ShouldBe(5);
        card.Id.ShouldBe(new Guid("2ac3b293-383e-5a9c-97b4-39f65e980a9f"));
    }

    [Fact]
    public async Task A_variation_belongs_to_the_card_before_it()
    {
        var checklist = await CsvAsync("baseball,1978,1978 Topps Baseball,Base Set,23,Bump Wills,,,,\nbaseball,1978,1978 Topps Baseball,Base Set,23,Bump Wills,,,Error,Black circle\nbaseball,1978,1978 Topps Baseball,Base Set,24,Bump Wills,,,Error,Lost\n");

        checklist.Cards.ShouldHaveSingleItem().Variations.ShouldHaveSingleItem().Note.ShouldBe("Black circle");
        checklist.Errors.ShouldHaveSingleItem().Line.ShouldBe(4);
    }

    [Fact]
    public async Task Rows_that_say_nothing_useful_are_named()
    {
        var checklist = await CsvAsync("baseball,soon,1978 Topps Baseball,Base Set,23,,,,,\n");

        checklist.Errors.Select(error => error.Column).ShouldBe(["name", "year"], ignoreOrder: true);
        checklist.Cards.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Base Set", SetKind.Base)]
    [InlineData("Base Set - Concourse", SetKind.Base)]
    [InlineData("1987 Fleer", SetKind.Base)]
    [InlineData("High Series", SetKind.Series)]
    [InlineData("Base Set Series 2", SetKind.Series)]
    [InlineData("Finest Update", SetKind.Update)]
    [InlineData("Diamond Kings", SetKind.Insert)]
    [InlineData("Base Hit Autograph Relics", SetKind.Insert)]
    [InlineData("Series 1 CyberStats", SetKind.Insert)]
    public void A_set_is_marked_by_its_name(string set, object kind) => SetKinds.Of(set, "1987 Fleer Baseball", "baseball").ShouldBe((SetKind)kind);

    [Theory]
    [InlineData("1991 Stadium Club Baseball", 1991, "Topps")]
    [InlineData("2016 Donruss Baseball", 2016, "Panini")]
    [InlineData("1991 Leaf Baseball", 1991, "Donruss")]
    [InlineData("1986-87 Fleer Basketball", 1986, "Fleer")]
    [InlineData("1999 Nobody Baseball", 1999, null)]
    public void A_release_is_made_by_whoever_carries_its_brand(string release, int year, string? manufacturer) =>
        Brands.ManufacturerOf(release, year).ShouldBe(manufacturer);

    [Fact]
    public async Task A_release_as_JSON_gives_the_ids_that_its_CSV_gives()
    {
        var checklist = await JsonAsync("""{"name":"1989 Upper Deck Baseball","sets":[{"name":"Low Series","cards":[{"number":"1","name":"Ken Griffey Jr.","attributes":["SR","RC"],"variations":[{"variation":"Error","note":"x"}]}]}]}""");
        var same = await CsvAsync("baseball,1989,1989 Upper Deck Baseball,Low Series,1,Ken Griffey Jr.,SR|RC,,,\nbaseball,1989,1989 Upper Deck Baseball,Low Series,1,Ken Griffey Jr.,,,Error,x\n");

        checklist.Errors.ShouldBeEmpty();
        checklist.Cards.Select(card => (card.Id, card.Variations[0].Id, card.Words)).ShouldBe(same.Cards.Select(card => (card.Id, card.Variations[0].Id, card.Words)));
    }

    [Theory]
    [InlineData("""{"name":"Upper Deck"}""")]
    [InlineData("""{"name":"1989 Upper Deck Baseball"}""")]
    [InlineData("""{"name":"1989 Upper Deck Baseball","sets":[null]}""", false)]
    [InlineData("""{"name":"1989 Upper Deck Baseball","sets":[{"cards":[null,{"name":"X","number":"1"}]}]}""")]
    public async Task A_release_that_is_not_one_is_refused(string json, bool refused = true) => ((await JsonAsync(json)).ErrorCount > 0).ShouldBe(refused);

    [Theory]
    [InlineData("note", 501)]
    [InlineData("attribute", 101)]
    [InlineData("variationNote", 501)]
    public async Task What_is_too_long_is_refused_and_never_cut(string what, int length)
    {
        string Long(string of) => of == what ? new string('x', length) : "x";

        (await JsonAsync($$"""{"name":"1989 Upper Deck Baseball","sets":[{"name":"Low Series","cards":[{"number":"1","name":"X","note":"{{Long("note")}}","attributes":["{{Long("attribute")}}"],"variations":[{"variation":"Error","note":"{{Long("variationNote")}}"}]}]}]}"""))
            .ErrorCount.ShouldBe(1);
    }

    [Fact]
    public async Task JSON_of_another_kind_is_refused() => await Should.ThrowAsync<JsonException>(() => JsonAsync("""{"name":["x"]}"""));

    [Fact]
    public async Task The_whole_data_set_is_read()
    {
        await using var file = new GZipStream(File.OpenRead(SharedData.Find("card-checklists/all_cards.csv.gz")), CompressionMode.Decompress);
        var checklist = new Checklist();

        await ChecklistCsv.ReadAsync(file, checklist, TestContext.Current.CancellationToken);
        checklist.Complete([]);

        checklist.Errors.ShouldBeEmpty();
        checklist.Cards.Count.ShouldBe(144_141);
        checklist.VariationCount.ShouldBe(7_092);
        checklist.Sets.Count.ShouldBe(2_186);
        checklist.Releases.Count.ShouldBe(210);
        checklist.Cards.Select(card => card.Id).Concat(checklist.Cards.SelectMany(card => card.Variations.Select(variation => variation.Id))).Distinct().Count().ShouldBe(151_233);
        checklist.Releases.ShouldAllBe(release => release.Manufacturer != null);
        checklist.Sets.Select(set => set.Release).Distinct().Count(release => checklist.Sets.Any(set => set.Release == release && set.Kind != SetKind.Insert)).ShouldBe(210);
    }

    private static async Task<Checklist> CsvAsync(string rows)
    {
        var checklist = new Checklist();
        await ChecklistCsv.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(Header + rows)), checklist, TestContext.Current.CancellationToken);
        checklist.Complete([]);
        return checklist;
    }

    private static async Task<Checklist> JsonAsync(string json)
    {
        var checklist = new Checklist();
        await ChecklistJson.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(json)), checklist, TestContext.Current.CancellationToken);
        checklist.Complete([]);
        return checklist;
    }
}
