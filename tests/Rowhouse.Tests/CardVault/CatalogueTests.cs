using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

public sealed class CatalogueTests(CardVaultFixture vault) : IClassFixture<CardVaultFixture>
{
    [Fact]
    public async Task Griffey_89_ud_finds_1989_Upper_Deck_number_1_first()
    {
        var found = await vault.SearchAsync("griffey 89 ud");

        found.Items[0].ShouldSatisfyAllConditions(
            card => card.CardNumber.ShouldBe("1"),
            card => card.Release.ShouldBe("1989 Upper Deck Baseball"),
            card => card.Attributes.ShouldContain("RC"),
            card => card.Manufacturer.ShouldBe("Upper Deck"),
            card => card.Checklist.ShouldBe("catalogue"));
        found.Terms.Select(term => (term.Kind, term.Meaning)).ShouldBe([("word", "griffey"), ("year", "1989"), ("brand", "Upper Deck")]);
    }

    [Theory]
    [InlineData("ud griffey '89", "1")]
    [InlineData("GRIF 1989 deck", "1")]
    [InlineData("griffey donruss", "33")]
    [InlineData("griffey #156", "156")]
    [InlineData("us-175", "US175")]
    [InlineData("jose ramirez", null)]
    [InlineData("jordan 86-87", "57")]
    [InlineData("bedrosian error", "742")]
    public async Task Words_are_found_in_any_order_and_spelling(string query, string? number) => (await vault.SearchAsync(query)).Items[0].CardNumber.ShouldBe(number);

    [Fact]
    public async Task A_number_that_could_be_a_year_is_a_year_first_and_a_number_then() =>
        (await vault.SearchAsync("ud 89")).Items.Select(card => (card.Year, card.CardNumber)).ShouldBe([(1989, "1"), (1989, "25"), (1989, "89"), (1989, "742"), (1989, "701"), (1990, "89")]);

    [Fact]
    public async Task Variations_come_with_their_card() =>
        (await vault.SearchAsync("bedrosian")).Items.ShouldHaveSingleItem().Variations.ShouldHaveSingleItem().Name.ShouldBe("Error");

    [Fact]
    public async Task A_search_for_nothing_finds_nothing() => (await vault.SearchAsync(" -- ")).Items.ShouldBeEmpty();

    [Theory]
    [InlineData("q=x&limit=0")]
    [InlineData("q=x&limit=101")]
    [InlineData("q=x&limit=many")]
    public async Task A_limit_out_of_range_is_refused(string query) => await vault.Viewer.GetAsync($"catalogue/search?{query}").ShouldBeAsync(HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_search_that_is_too_long_is_refused() =>
        (await vault.Viewer.GetAsync($"catalogue/search?q={new string('x', 201)}").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["q"]);

    [Theory]
    [InlineData("'; drop table catalogue.cards; --")]
    [InlineData("a & b | !c <-> (d):*")]
    [InlineData("\\ % _ \" '' :* & |")]
    [InlineData("🎴 大谷 ﷽ \u202e")]
    public async Task Any_text_can_be_searched_for(string query) => (await vault.SearchAsync(query)).Terms.Count.ShouldBeInRange(0, 12);

    [Fact]
    public async Task Releases_and_sets_are_read_page_by_page()
    {
        var first = await vault.Viewer.GetAsync("catalogue/releases?limit=2&count=true&sort=year").ReadAsync<Page<ReleaseSummary>>();
        var second = await vault.Viewer.GetAsync($"catalogue/releases?limit=200&sort=year&after={first.Next}").ReadAsync<Page<ReleaseSummary>>();
        var releases = first.Items.Concat(second.Items).ToList();

        first.Total.ShouldBe(releases.Count);
        second.Next.ShouldBeNull();
        releases.Select(release => release.Id).Distinct().Count().ShouldBe(releases.Count);
        releases.Select(release => release.Year).ShouldBeInOrder();

        var upperDeck = await vault.Viewer.GetAsync($"catalogue/releases/{vault.Griffey.ReleaseId}").ReadAsync<ReleaseResponse>();
        upperDeck.Cards.ShouldBe(5);
        upperDeck.Sets.Select(set => (set.Name, set.Cards, set.IsBase)).ShouldBe([("Low Series", 3, true), ("High Series", 2, true)]);

        var start = await vault.Viewer.GetAsync($"catalogue/sets/{vault.Griffey.SetId}?limit=2&count=true").ReadAsync<SetResponse>();
        var rest = await vault.Viewer.GetAsync($"catalogue/sets/{vault.Griffey.SetId}?limit=2&after={start.Cards.Next}").ReadAsync<SetResponse>();
        start.Cards.Total.ShouldBe(3);
        start.Cards.Items.Concat(rest.Cards.Items).Select(card => card.CardNumber).ShouldBe(["1", "25", "89"]);
    }

    [Theory]
    [InlineData("ordinal")]
    [InlineData("-ordinal")]
    public async Task Cards_that_have_one_place_in_their_set_are_all_on_its_pages(string sort)
    {
        // Each file counts from its own first card.
        foreach (var number in Enumerable.Range(1, 5))
        {
            await vault.ImportCatalogueAsync($"{CardVaultFixture.CatalogueHeader}baseball,1995,1995 One Place Baseball,Base Set,{number},Placed Player,,,,\n").ShouldBeAsync(HttpStatusCode.OK);
        }

        var set = (await vault.SearchAsync("placed 1995")).Items[0].SetId;
        List<string?> numbers = [];
        string? after = null;
        do
        {
            var page = await vault.Viewer.GetAsync($"catalogue/sets/{set}?sort={sort}&limit=2&after={after}").ReadAsync<SetResponse>();
            numbers.AddRange(page.Cards.Items.Select(card => card.CardNumber));
            after = page.Cards.Next;
        }
        while (after is not null);

        numbers.Order(StringComparer.Ordinal).ShouldBe(["1", "2", "3", "4", "5"]);
    }

    [Fact]
    public async Task What_is_not_in_the_catalogue_is_not_found()
    {
        await vault.Viewer.GetAsync($"catalogue/releases/{Guid.AllBitsSet}").ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:cardvault:unknown-checklist");
        await vault.Viewer.GetAsync($"catalogue/sets/{Guid.AllBitsSet}").ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:cardvault:unknown-checklist");
        await vault.Viewer.GetAsync("catalogue/sets/one").ShouldBeAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_second_import_of_a_file_adds_nothing_and_mends_what_changed()
    {
        const string Row = "hockey,1990,1990 Import Test Hockey,Base Set,1,Somebody,,{0},,\n";

        (await vault.ImportCatalogueAsync(CardVaultFixture.CatalogueHeader + string.Format(null, Row, "first"))
            .ReadAsync<CatalogueImportResponse>()).ShouldSatisfyAllConditions(import => import.Added.ShouldBe(1), import => import.Cards.ShouldBe(1), import => import.Releases.ShouldBe(1));
        (await vault.ImportCatalogueAsync(CardVaultFixture.CatalogueHeader + string.Format(null, Row, "second")).ReadAsync<CatalogueImportResponse>()).Added.ShouldBe(0);

        (await vault.SearchAsync("somebody 1990")).Items.ShouldHaveSingleItem().Note.ShouldBe("second");
    }

    [Fact]
    public async Task A_part_of_a_release_makes_no_insert_set_a_base_set()
    {
        static string Rows(string set, int cards) => string.Concat(Enumerable.Range(1, cards).Select(i => $"baseball,1994,1994 Partial Baseball,{set},{i},Partial {set},{(i == 1 ? "RC" : "")},,,\n"));
        await ImportAsync(Rows("Alpha", 3) + Rows("Beta", 2));
        (await SetsAsync()).ShouldBe([("Alpha", true), ("Beta", false)]);

        await ImportAsync(Rows("Beta", 2));
        await ImportAsync(Rows("Gamma", 1));
        (await SetsAsync()).ShouldBe([("Alpha", true), ("Beta", false), ("Gamma", false)]);

        // And what was the largest of those that came first is an insert once the base set is there.
        await ImportAsync(Rows("Base Set", 1));
        (await SetsAsync()).ShouldBe([("Alpha", false), ("Base Set", true), ("Beta", false), ("Gamma", false)]);
        (await vault.SearchAsync("partial 1994 #1")).Items[0].Set.ShouldBe("Base Set");

        await ImportAsync(Rows("Alpha", 3));
        (await SetsAsync()).ShouldBe([("Alpha", false), ("Base Set", true), ("Beta", false), ("Gamma", false)]);

        async Task ImportAsync(string rows) => await vault.ImportCatalogueAsync(CardVaultFixture.CatalogueHeader + rows).ShouldBeAsync(HttpStatusCode.OK);

        async Task<List<(string, bool)>> SetsAsync()
        {
            var release = (await vault.SearchAsync("partial 1994")).Items[0].ReleaseId;
            return [.. (await vault.Viewer.GetAsync($"catalogue/releases/{release}").ReadAsync<ReleaseResponse>()).Sets.Select(set => (set.Name, set.IsBase)).OrderBy(set => set.Name, StringComparer.Ordinal)];
        }
    }

    [Fact]
    public async Task A_file_with_wrong_rows_is_imported_not_at_all()
    {
        var problem = await vault.ImportCatalogueAsync(CardVaultFixture.CatalogueHeader + "hockey,1990,1990 Half Hockey,Base Set,1,Halfway,,,,\nhockey,,1990 Half Hockey,Base Set,2,Other,,,,\n")
            .ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:cardvault:import-rows");

        var error = problem.GetProperty("report").Deserialize<CardImportResponse>(JsonSerializerOptions.Web).ShouldNotBeNull().Errors.ShouldHaveSingleItem();
        (error.Row, error.Line, error.Column).ShouldBe((2, 3, "year"));
        (await vault.SearchAsync("halfway")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Gzip_and_JSON_are_taken_too()
    {
        const string Json = """{"name":"1991 Gzip Test Football","sets":[{"name":"Base Set","cards":[{"number":"7","name":"Zipped Player","attributes":[]}]}]}""";
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Json), TestContext.Current.CancellationToken);
        }

        (await vault.ImportCatalogueAsync(packed.ToArray(), "application/gzip").ReadAsync<CatalogueImportResponse>()).Added.ShouldBe(1);
        (await vault.ImportCatalogueAsync(Encoding.UTF8.GetBytes(Json), "application/json").ReadAsync<CatalogueImportResponse>()).Added.ShouldBe(0);
        (await vault.SearchAsync("zipped 91 #7")).Items.ShouldHaveSingleItem().Sport.ShouldBe("football");
    }

    [Fact]
    public async Task A_checklist_with_a_character_that_cannot_be_kept_is_refused_and_spoils_nothing_for_the_next()
    {
        static byte[] Checklist(string player) => Encoding.UTF8.GetBytes(
            $$"""{"name":"1993 Kept Test Hockey","sets":[{"name":"Base Set","cards":[{"number":"7","name":"{{player}}","attributes":[]}]}]}""");

        for (var i = 0; i < 4; i++)
        {
            await vault.ImportCatalogueAsync(Checklist("Nul\\u0000led"), "application/json").ShouldBeAsync(HttpStatusCode.BadRequest);
        }

        (await vault.ImportCatalogueAsync(Checklist("Kept Player"), "application/json").ReadAsync<CatalogueImportResponse>()).Added.ShouldBe(1);
        (await vault.ImportCatalogueAsync(Checklist("Kept Player"), "application/json").ReadAsync<CatalogueImportResponse>()).Added.ShouldBe(0);
    }

    [Fact]
    public async Task A_name_of_500_Korean_syllables_is_found_and_owned()
    {
        // All different: the same again and again is packed before it is measured against what an index takes.
        var name = string.Concat(Enumerable.Range(0, 500).Select(i => (char)('가' + (i * 22))));
        await vault.ImportCatalogueAsync(CardVaultFixture.CatalogueHeader + $"baseball,1992,1992 Korean Test Baseball,Base Set,1,{name},,,,\n").ShouldBeAsync(HttpStatusCode.OK);

        var card = await vault.Member.AddedCardAsync(new { checklistCardId = (await vault.SearchAsync($"{name[..4]} 1992")).Items.ShouldHaveSingleItem().Id, condition = "NM" });

        card.Player.ShouldBe(name);
        (await vault.Member.GetAsync($"cards?q={name[..4]}").ReadAsync<Page<CardResponse>>()).Items.ShouldHaveSingleItem().Id.ShouldBe(card.Id);

        // A page that ends with it is followed by the next.
        await vault.Member.AddedCardAsync(new { player = "힣 before it", condition = "NM" });
        var behind = await vault.Member.AddedCardAsync(new { player = "behind it", condition = "NM" });
        var page = await vault.Member.GetAsync("cards?sort=-player&limit=2").ReadAsync<Page<CardResponse>>();
        page.Items[^1].Id.ShouldBe(card.Id);
        (await vault.Member.GetAsync($"cards?sort=-player&after={page.Next}").ReadAsync<Page<CardResponse>>()).Items.ShouldContain(one => one.Id == behind.Id);
    }

    [Fact]
    public async Task Files_that_are_no_checklists_are_refused()
    {
        await vault.ImportCatalogueAsync("").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:cardvault:unreadable-file");
        await vault.ImportCatalogueAsync("a,b\n1,2\n").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:cardvault:unreadable-file");
        await vault.ImportCatalogueAsync("""{"name":[""").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:cardvault:unreadable-file");
        await vault.ImportCatalogueAsync([0x1f, 0x8b, 1, 2, 3], "application/gzip").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:cardvault:unreadable-file");
        await vault.ImportCatalogueAsync([0xff, 0xfe, 0x41, 0x00], "text/csv").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:cardvault:unreadable-file");
        await vault.ImportCatalogueAsync("x"u8.ToArray(), "image/png").ShouldBeAsync(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Only_super_admins_import_into_the_shared_catalogue()
    {
        var file = new StringContent(CardVaultFixture.CatalogueHeader, Encoding.UTF8, "text/csv");

        await vault.Smith.Admin.Client.PostAsync("/api/platform/cardvault/catalogue/imports", file, TestContext.Current.CancellationToken).ShouldBeAsync(HttpStatusCode.Forbidden);
        await vault.Nobody.PostAsync("/api/platform/cardvault/catalogue/imports", new StringContent("", Encoding.UTF8, "text/csv"), TestContext.Current.CancellationToken).ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_tenant_that_does_not_subscribe_is_told_so()
    {
        var other = await vault.CreateTenantAsync("No Cards Inc");

        await other.Admin.GetAsync("catalogue/search?q=griffey").ShouldBeAsync(HttpStatusCode.PaymentRequired);
    }
}
