using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

/// <summary>The real checklists, 144,141 cards. Times are written to the output; what is asserted does not depend on the machine.</summary>
public sealed class FullCatalogueTests(CardVaultFixture vault, ITestOutputHelper output) : IClassFixture<CardVaultFixture>
{
    private static readonly string[] queries =
    [
        "griffey 89 ud", "griffey", "topps", "1989", "89", "base set", "ken", "jordan 86-87", "ryan #1", "trout us175", "jeter 93 sp", "mantle", "rookie", "rc", "a", "smith 90 score", "bonds 87 fleer", "o'neill", "1",
        "yankees", "ud 89", "clemens 85 topps 181", "ripken jr", "ohtani 2018", "xyzzy", "p", "autograph", "topps chrome 24", "seaver 300", "martinez pedro",
    ];

    [Fact]
    public async Task The_whole_catalogue_is_imported_searched_and_imported_again()
    {
        var file = await File.ReadAllBytesAsync(SharedData.Find("card-checklists/all_cards.csv.gz"), TestContext.Current.CancellationToken);
        var first = await vault.ImportCatalogueAsync(file, "application/gzip").ReadAsync<CatalogueImportResponse>();
        var second = await vault.ImportCatalogueAsync(file, "application/gzip").ReadAsync<CatalogueImportResponse>();
        output.WriteLine($"import {first.Seconds:F1} s, again {second.Seconds:F1} s");

        (first.Releases, first.Sets, first.Cards, first.Variations).ShouldBe((210, 2_186, 144_141, 7_092));
        second.Added.ShouldBe(0);

        await vault.AnalyzeAsync();
        (await vault.SearchAsync("griffey 89 ud")).Items[0].ShouldSatisfyAllConditions(card => card.CardNumber.ShouldBe("1"), card => card.Set.ShouldBe("Low Series"));
        (await vault.SearchAsync("griffey")).Items[0].Attributes.ShouldContain("RC");
        (await vault.SearchAsync("clemens 85 topps 181")).Items[0].ShouldSatisfyAllConditions(card => card.CardNumber.ShouldBe("181"), card => card.Year.ShouldBe(1985));
        (await vault.SearchAsync("jordan 86-87 fleer")).Items[0].CardNumber.ShouldBe("57");
        await MeasureAsync();
        await ExplainAsync();
    }

    private async Task MeasureAsync()
    {
        List<(double Milliseconds, string Query)> times = [];
        for (var round = 0; round < 10; round++)
        {
            foreach (var query in queries)
            {
                var started = Stopwatch.GetTimestamp();
                await vault.SearchAsync(query);
                if (round > 0)
                {
                    times.Add((Stopwatch.GetElapsedTime(started).TotalMilliseconds, query));
                }
            }
        }

        times.Sort();
        output.WriteLine($"search over HTTP: median {times[times.Count / 2].Milliseconds:F1} ms, p95 {times[times.Count * 95 / 100].Milliseconds:F1} ms, worst {times[^1]}");
        foreach (var query in times.GroupBy(time => time.Query).OrderByDescending(group => group.Average(time => time.Milliseconds)).Take(8))
        {
            output.WriteLine($"  {query.Key}: {query.Average(time => time.Milliseconds):F1} ms");
        }
    }

    private async Task ExplainAsync()
    {
        var log = await PlanLog.StartAsync(new PostgresFixture(), vault.Services.GetRequiredService<PostgresStore>());
        foreach (var mode in PlanLog.Modes)
        {
            await log.UseAsync(mode);
            foreach (var (query, index) in new[] { ("griffey 89 ud", "catalogue.ix_cards_words"), ("topps", "catalogue.ix_cards_words_most_wanted") })
            {
                var plans = await log.RecordAsync(() => vault.SearchAsync(query));

                plans.ShouldContain(plan => plan.Uses(index));
                plans.SelectMany(plan => plan.Root.All).ShouldNotContain(node => node.Type == "Seq Scan" && node.Table == "catalogue.cards");
                output.WriteLine($"{query}, {mode}\n{string.Join('\n', plans.Where(plan => plan.Uses(index)))}");
            }
        }
    }
}
