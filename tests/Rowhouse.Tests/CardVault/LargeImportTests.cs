using System.Diagnostics;
using System.Text;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

/// <summary>Fifty thousand cards in one file. Times are written to the output.</summary>
public sealed class LargeImportTests(CardVaultFixture vault, ITestOutputHelper output) : IClassFixture<CardVaultFixture>
{
    private const int Cards = 50_000;

    [Fact]
    public async Task Fifty_thousand_cards_are_imported_listed_and_exported()
    {
        var file = Encoding.UTF8.GetBytes("checklistCardId,cardNumber,player,team,set,year,condition,grader,grade,certificate,cost.amount,cost.currency,tags,location\n" + string.Concat(Enumerable.Range(0, Cards).Select(i => (i % 5) switch
        {
            0 => $"{vault.Griffey.Id},,,Mariners,,,,PSA,9,{10_000_000 + i},{i % 300}.50,USD,bulk|psa,Box {i % 90}\n",
            _ => $",{i % 800},Player Number {i % 9000},Team {i % 30},{1950 + i % 75} Topps Baseball {i / 800},{1950 + i % 75},NM,,,,{i % 90}.25,USD,bulk,Box {i % 90}\n",
        })));

        var import = Stopwatch.StartNew();
        var report = await vault.Smith.Admin.ImportAsync(file).ReadAsync<CardImportResponse>();
        output.WriteLine($"import of {Cards:N0} ({file.Length / 1024:N0} KB): {import.Elapsed.TotalSeconds:F1} s");
        report.Imported.ShouldBe(Cards);

        var dry = Stopwatch.StartNew();
        (await vault.Smith.Admin.ImportAsync(file, "?dryRun=true").ReadAsync<CardImportResponse>()).ErrorCount.ShouldBe(Cards);
        output.WriteLine($"the same again, every row a duplicate: {dry.Elapsed.TotalSeconds:F1} s");

        await vault.AnalyzeAsync();
        foreach (var query in new[] { "sort=-updatedAt", "sort=player", "sort=cost", "player=player%20number%2077", "q=number%2077", "q=nobody", "tag=psa&sort=-year", "count=true", "q=mariners&count=true" })
        {
            output.WriteLine($"cards?{query}: {await MedianAsync($"cards?limit=50&{query}"):F1} ms");
        }

        var export = Stopwatch.StartNew();
        using var answer = await vault.Smith.Admin.GetAsync("cards/export");
        var rows = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Count(letter => letter == '\n');
        output.WriteLine($"export: {export.Elapsed.TotalSeconds:F1} s");
        rows.ShouldBe(Cards + 1);
    }

    private async Task<double> MedianAsync(string path)
    {
        List<double> times = [];
        for (var i = 0; i < 15; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await vault.Smith.Admin.GetAsync(path).ReadAsync<Page<CardResponse>>();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
