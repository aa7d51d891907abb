using System.Net;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

public sealed class CardListTests(CardListTests.Listed vault) : IClassFixture<CardListTests.Listed>
{
    private const int Cards = 60;

    public static TheoryData<string> Sorts() => [.. new[] { "updatedAt", "createdAt", "player", "team", "set", "number", "location", "manufacturer", "year", "grade", "quantity", "cost", "acquiredOn" }.SelectMany(field => new[] { field, $"-{field}" })];

    [Theory]
    [MemberData(nameof(Sorts))]
    public async Task Pages_of_every_order_neither_skip_nor_repeat(string sort)
    {
        var paged = await AllAsync($"sort={sort}&limit=7");
        var whole = await vault.Smith.Admin.GetAsync($"cards?sort={sort}&limit=200").ReadAsync<Page<CardResponse>>();

        paged.Count.ShouldBe(Cards);
        paged.Select(card => card.Id).ShouldBe(whole.Items.Select(card => card.Id));
    }

    [Fact]
    public async Task Orders_are_what_people_expect()
    {
        (await AllAsync("sort=year")).Select(card => card.Year ?? 0).ShouldBeInOrder();
        (await AllAsync("sort=-grade")).Select(card => card.Grade).Take(2).ShouldBe(["10", "9"]);
        (await AllAsync("sort=-quantity")).Select(card => card.Quantity).ShouldBeInOrder(SortDirection.Descending);
        (await AllAsync("sort=set&set=1989%20topps")).Select(card => int.Parse(card.CardNumber!, null)).ShouldBeInOrder();
    }

    [Theory]
    [InlineData("year=1989", 30)]
    [InlineData("player=play", 57)]
    [InlineData("player=PLAYER%201", 11)]
    [InlineData("team=team%200", 20)]
    [InlineData("manufacturer=topps&year=1989", 30)]
    [InlineData("set=1990", 30)]
    [InlineData("tag=EVEN", 30)]
    [InlineData("tag=eve", 0)]
    [InlineData("grader=psa", 2)]
    [InlineData("grader=none", 58)]
    [InlineData("grade=10", 1)]
    [InlineData("condition=nm", 58)]
    [InlineData("location=box%202", 6)]
    [InlineData("insured=true", 0)]
    [InlineData("mine=true", 60)]
    [InlineData("collectionId=none", 50)]
    [InlineData("q=player%2017", 1)]
    [InlineData("q=topps%20%2789", 30)]
    [InlineData("q=jose%20pena", 1)]
    [InlineData("q=psa%2010", 1)]
    [InlineData("q=nobody", 0)]
    [InlineData("q=%25", 60)]
    public async Task Filters_let_through_what_they_say(string filter, int count)
    {
        var page = await vault.Smith.Admin.GetAsync($"cards?{filter}&count=true&limit=200").ReadAsync<Page<CardResponse>>();

        page.Total.ShouldBe(count);
        page.Items.Count.ShouldBe(count);
    }

    [Theory]
    [InlineData("cost")]
    [InlineData("-cost")]
    public async Task Costs_of_different_currencies_are_never_mixed(string sort)
    {
        var tenant = await vault.CreateTenantAsync("Currencies", "cardvault");
        await tenant.Admin.ImportAsync("player,cost.amount,cost.currency\n" + string.Concat(Enumerable.Range(0, 24).Select(i => i % 4 == 3 ? $"P{i},,\n" : $"P{i},{i / 6 * 10},{new[] { "USD", "JPY", "EUR" }[i % 4]}\n")))
            .ShouldBeAsync(HttpStatusCode.OK);

        var cards = await AllAsync($"sort={sort}&limit=2", tenant.Admin);

        cards.Select(card => card.Id).Distinct().Count().ShouldBe(24);
        var runs = cards.Select(card => card.Cost?.Currency).Aggregate(new List<string?>(), (found, currency) => found.Count > 0 && found[^1] == currency ? found : [.. found, currency]);
        runs.ShouldBe(sort[0] == '-' ? ["USD", "JPY", "EUR", null] : [null, "EUR", "JPY", "USD"]);
        foreach (var currency in cards.GroupBy(card => card.Cost?.Currency))
        {
            currency.Select(card => decimal.Parse(card.Cost?.Amount ?? "0", System.Globalization.CultureInfo.InvariantCulture)).ShouldBeInOrder(sort[0] == '-' ? SortDirection.Descending : SortDirection.Ascending);
        }
    }

    [Fact]
    public async Task A_short_form_is_a_brand_and_the_beginning_of_a_name_and_a_hyphened_certificate_is_one_number()
    {
        var tenant = await vault.CreateTenantAsync("Short Forms", "cardvault");
        await tenant.Admin.ImportAsync("player,manufacturer,set,grader,grade,certificate\nDon Mattingly,Topps,1984 Topps,,,\nWade Boggs,Donruss,1984 Donruss,,,\nUdo Lattek,,,,,\nGary Sheffield,Upper Deck,1989 Upper Deck,SGC,9,1234567-001\n").ShouldBeAsync(HttpStatusCode.OK);

        (await PlayersAsync("don")).ShouldBe(["Don Mattingly", "Wade Boggs"]);
        (await PlayersAsync("ud")).ShouldBe(["Gary Sheffield", "Udo Lattek"]);
        (await PlayersAsync("1234567-001")).ShouldBe(["Gary Sheffield"]);
        (await PlayersAsync("1234567")).ShouldBe(["Gary Sheffield"]);

        async Task<List<string>> PlayersAsync(string query) => [.. (await AllAsync($"sort=player&q={query}", tenant.Admin)).Select(card => card.Player)];
    }

    [Fact]
    public async Task A_collection_is_a_filter_too() =>
        (await AllAsync($"collectionId={vault.Collection.Id}")).ShouldAllBe(card => card.CollectionName == "Listed");

    [Theory]
    [InlineData("sort=nickname")]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("after=nonsense")]
    [InlineData("year=soon")]
    [InlineData("collectionId=mine")]
    [InlineData("checklistCardId=1")]
    [InlineData("player=a%00b")]
    [InlineData("insured=perhaps")]
    public async Task Filters_that_mean_nothing_are_refused(string query) => await vault.Smith.Admin.GetAsync($"cards?{query}").ShouldBeAsync(HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_cursor_of_another_order_is_refused()
    {
        var page = await vault.Smith.Admin.GetAsync("cards?sort=year&limit=1").ReadAsync<Page<CardResponse>>();

        await vault.Smith.Admin.GetAsync($"cards?sort=player&limit=1&after={page.Next}").ShouldBeAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_cursor_of_another_tenant_leads_to_none_of_its_cards()
    {
        var page = await vault.Smith.Admin.GetAsync("cards?sort=year&limit=1").ReadAsync<Page<CardResponse>>();
        page.Next.ShouldNotBeNull();

        (await vault.Harbor.Admin.GetAsync($"cards?sort=year&limit=1&after={page.Next}").ReadAsync<Page<CardResponse>>()).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_tenants_list_is_its_own() => (await vault.Harbor.Admin.GetAsync("cards?count=true").ReadAsync<Page<CardResponse>>()).Total.ShouldBe(0);

    private async Task<List<CardResponse>> AllAsync(string query, TestMember? member = null)
    {
        List<CardResponse> cards = [];
        string? after = null;
        do
        {
            var page = await (member ?? vault.Smith.Admin).GetAsync($"cards?{query}&after={after}").ReadAsync<Page<CardResponse>>();
            cards.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);

        return cards;
    }

    /// <summary>Two tenants, one with sixty cards.</summary>
    public sealed class Listed : ServerFixture, IAsyncLifetime
    {
        internal TestTenant Smith { get; private set; } = null!;

        internal TestTenant Harbor { get; private set; } = null!;

        internal CollectionResponse Collection { get; private set; } = null!;

        async ValueTask IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            Smith = await CreateTenantAsync("Smith Cards", "cardvault");
            Harbor = await CreateTenantAsync("Harbor City Collectors", "cardvault");
            Collection = await Smith.Admin.AddedCollectionAsync("Listed");
            var rows = Enumerable.Range(0, Cards - 2).Select(i =>
                $"{i},{(i == 0 ? "José Peña" : $"Player {i}")},Team {i % 3},Topps,{1989 + i % 2} Topps Baseball,{1989 + i % 2},NM,,,,{1 + i % 5},{(i % 4 == 0 ? "" : i)},{(i % 4 == 0 ? "" : "USD")},{(i % 3 == 0 ? "" : $"2024-01-{1 + i % 28:D2}")},Box {i % 10},{(i % 2 == 0 ? "even|all" : "odd|all")},{(i % 6 == 0 ? "Listed" : "")}");
            var graded = new[] { "", "" }.Select((_, i) => $"{i},Graded {i},Team 2,Topps,{1989 + i} Topps Baseball,{1989 + i},,PSA,{10 - i},7000000{i},1,5,USD,,Box 9,{(i == 0 ? "even" : "odd")},");
            await Smith.Admin.ImportAsync("cardNumber,player,team,manufacturer,set,year,condition,grader,grade,certificate,quantity,cost.amount,cost.currency,acquiredOn,location,tags,collectionName\n" + string.Join('\n', rows.Concat(graded)))
                .ShouldBeAsync(HttpStatusCode.OK);
        }
    }
}
