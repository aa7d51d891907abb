using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.CardVault.CardFiles;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Paging;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

/// <summary>Two tenants with thousands of cards each: the list must find one tenant's page by an index, never by reading the table.</summary>
public sealed class CardPlanTests(CardPlanTests.Filled vault) : IClassFixture<CardPlanTests.Filled>
{
    private const int Cards = 12_000;

    public static TheoryData<string, string> Queries() => new()
    {
        { "sort=-updatedAt", "ix_cards_tenant_id_updated_at_id" },
        { "sort=createdAt", "ix_cards_tenant_id_created_at_id" },
        { "sort=player", "ix_cards_tenant_id_player_key_id" },
        { "sort=-year", "ix_cards_tenant_id_year_key_id" },
        { "sort=set", "ix_cards_tenant_id_set_key_id" },
        { "sort=-grade", "ix_cards_tenant_id_grade_key_id" },
        { "sort=team", "ix_cards_tenant_id_team_key_id" },
        { "sort=player&player=player 77", "ix_cards_tenant_id_player_key_id" },
        { "sort=player&team=team 77", "ix_cards_tenant_id_team_key_id" },
        { "sort=set&set=1955", "ix_cards_tenant_id_set_key_id" },
        { "sort=player&year=1955", "ix_cards_tenant_id_year_key_id" },
        { "sort=player&grade=10", "ix_cards_tenant_id_grade_key_id" },
        { "sort=player&checklistCardId=11111111-1111-5111-8111-111111111111", "ix_cards_tenant_id_catalogue_card_id_id" },
        { "sort=player&collectionId=11111111-1111-5111-8111-111111111111", "ix_cards_tenant_id_collection_id_id" },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task A_list_is_answered_by_an_index(string query, string index)
    {
        foreach (var plan in await ExplainAsync(query, after: null))
        {
            plan.ShouldContain(index);
            plan.ShouldNotContain("Seq Scan");
        }
    }

    [Theory]
    [InlineData("sort=player")]
    [InlineData("sort=-year")]
    [InlineData("sort=-updatedAt")]
    public async Task A_page_in_the_depth_begins_where_the_last_one_ended(string query)
    {
        var page = await vault.Smith.Admin.GetAsync($"cards?{query}&limit=200").ReadAsync<Page<CardResponse>>();

        foreach (var plan in await ExplainAsync(query, page.Next))
        {
            plan.Split('\n').Single(line => line.Contains("Index Cond", StringComparison.Ordinal)).ShouldContain("ROW(", Case.Sensitive, plan);
        }
    }

    [Theory]
    [InlineData("q=player 777")]
    [InlineData("tag=rare")]
    [InlineData("location=box 7&sort=location")]
    public async Task What_only_a_pattern_finds_is_sifted_from_the_tenants_own_rows(string query)
    {
        foreach (var plan in await ExplainAsync(query, after: null))
        {
            plan.ShouldNotContain("Seq Scan");
            plan.ShouldContain("Index Cond: (tenant_id = ");
        }
    }

    [Fact]
    public async Task Duplicates_of_a_file_are_found_by_an_index()
    {
        await using var scope = await EnterAsync();
        Guid[] identities = [.. Enumerable.Range(1, 50).Select(i => new Guid(i, 0, 0, new byte[8]))];

        foreach (var plan in await QueryPlans.ExplainAsync(vault.Store, vault.Smith.Id, CardImport.Owned(scope.Get<CardVaultDbContext>(), identities)))
        {
            plan.ShouldContain("ix_cards_tenant_id_identity");
            plan.Split('\n').ShouldContain(line => line.Contains("Index Cond", StringComparison.Ordinal) && line.Contains("identity = ANY", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_page_of_an_export_begins_where_the_last_one_ended()
    {
        await using var scope = await EnterAsync();
        var db = scope.Get<CardVaultDbContext>();

        foreach (var plan in await QueryPlans.ExplainAsync(vault.Store, vault.Smith.Id, ExportCards.Page(db, db.Cards.AsNoTracking(), Guid.AllBitsSet)))
        {
            plan.ShouldContain("pk_cards");
            plan.Split('\n').ShouldContain(line => line.Contains("Index Cond", StringComparison.Ordinal) && line.Contains("id > ", StringComparison.Ordinal), plan);
            plan.ShouldNotContain("Seq Scan on cards");
        }
    }

    private async Task<IReadOnlyList<string>> ExplainAsync(string query, string? after)
    {
        await using var scope = await EnterAsync();
        var values = query.Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        var page = new PageQuery { Sort = values.GetValueOrDefault("sort"), After = after };
        page.TryRead(CardSort.All, CardSort.Default, out var order, out _).ShouldBeTrue();
        var filter = new CardFilter
        {
            Q = values.GetValueOrDefault("q"),
            Player = values.GetValueOrDefault("player"),
            Team = values.GetValueOrDefault("team"),
            Set = values.GetValueOrDefault("set"),
            Tag = values.GetValueOrDefault("tag"),
            Location = values.GetValueOrDefault("location"),
            Grade = values.GetValueOrDefault("grade"),
            Year = values.TryGetValue("year", out var year) ? int.Parse(year, null) : null,
            CollectionId = values.GetValueOrDefault("collectionId"),
            ChecklistCardId = values.TryGetValue("checklistCardId", out var id) ? Guid.Parse(id) : null,
        };
        var cards = filter.Apply(scope.Get<CardVaultDbContext>().Cards.AsNoTracking(), new Caller(), thisYear: 2026);
        return await QueryPlans.ExplainAsync(vault.Store, vault.Smith.Id, order!.PageOfFiltered(cards));       // read above
    }

    private ValueTask<EnteredTenant> EnterAsync() =>
        vault.Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(vault.Smith.Id), TestContext.Current.CancellationToken);

    /// <summary>Two tenants with thousands of cards, and the statistics that a planner goes by.</summary>
    public sealed class Filled : ServerFixture, IAsyncLifetime
    {
        internal TestTenant Smith { get; private set; } = null!;

        internal PostgresStore Store => Services.GetRequiredService<PostgresStore>();

        async ValueTask IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            Smith = await CreateTenantAsync("Smith Cards", "cardvault");
            var harbor = await CreateTenantAsync("Harbor City Collectors", "cardvault");
            var file = "cardNumber,player,team,set,year,grader,grade,location,tags\n" + string.Concat(Enumerable.Range(0, Cards).Select(i =>
                $"{i},Player {i},Team {i % 100},{1950 + i % 70} Topps,{1950 + i % 70},{(i % 10 == 0 ? "PSA" : "")},{(i % 10 == 0 ? 1 + i / 10 % 10 : "")},Box {i % 50},{(i % 500 == 0 ? "rare" : "")}\n"));
            foreach (var tenant in new[] { Smith, harbor })
            {
                (await tenant.Admin.ImportAsync(file).ReadAsync<CardImportResponse>()).Imported.ShouldBe(Cards);
            }

            await QueryPlans.AnalyzeAsync(Database);
        }
    }
}
