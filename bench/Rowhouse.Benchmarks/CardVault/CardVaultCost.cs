using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.Server;

namespace Rowhouse.Benchmarks.CardVault;

/// <summary>
/// What a person waits for in CardVault: over HTTP, before a whole server, as a member of a tenant, in the application's
/// database role. The catalogue is the real one where its file is given, else empty.
/// </summary>
internal sealed class CardVaultCost(ServerFixture server, TextWriter output)
{
    private const int OwnedCards = 50_000;
    private const int Requests = 300;

    // What people type: names, prefixes, years, brands, numbers, and words that hit very many cards.
    private static readonly string[] Searches =
    [
        "griffey 89 ud", "ripken", "ken griffey jr 1989", "ud 1", "topps 87 bonds", "jos canseco", "nolan ryan", "90 fleer 1", "rookie 1991",
        "smith", "martinez 88 donruss", "92 bowman", "mcgwire", "j", "1989", "topps", "s topps 1990", "clemens score", "maddux 87", "800",
    ];

    public static async Task RunAsync(TextWriter output)
    {
        var server = new ServerFixture();
        await server.InitializeAsync();
        try
        {
            var cost = new CardVaultCost(server, output);
            await cost.ImportCatalogueAsync();
            var tenant = await server.CreateTenantAsync("Benchmark", "cardvault");
            await cost.ImportCardsAsync();
            await PostCsvAsync(tenant.Admin.Client, Cards(OwnedCards));
            await cost.ListAsync(tenant.Admin.Client);
            await cost.SearchAsync(tenant.Admin.Client);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private async Task ImportCatalogueAsync()
    {
        if (Environment.GetEnvironmentVariable("ROWHOUSE_CHECKLISTS") is not { Length: > 0 } file)
        {
            await output.WriteLineAsync("\nROWHOUSE_CHECKLISTS names no file: the catalogue is empty and the search figures mean nothing.");
            return;
        }

        await using var content = File.OpenRead(file);
        using var body = new StreamContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(file.EndsWith(".gz", StringComparison.Ordinal) ? "application/gzip" : "text/csv") } };
        using var answer = await server.SuperAdmin.PostAsync(new Uri("/api/platform/cardvault/catalogue/imports", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
        var result = await answer.Content.ReadFromJsonAsync<CatalogueImportResponse>();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\nCatalogue: {result!.Cards:N0} cards and {result.Variations:N0} variations of {result.Releases} releases, imported in {result.Seconds:F1} s.")); // a success has a body
    }

    private async Task ImportCardsAsync()
    {
        var csv = Cards(OwnedCards);
        var seconds = new List<double>();
        for (var run = 0; run < 3; run++)
        {
            var tenant = await server.CreateTenantAsync($"Import {run}", "cardvault");
            var started = Stopwatch.GetTimestamp();
            await PostCsvAsync(tenant.Admin.Client, csv);
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\n### CSV import of {OwnedCards:N0} cards\n\n| least s | median s | most s | rows/s |\n|---:|---:|---:|---:|\n| {seconds.Min():F1} | {seconds.Order().ElementAt(1):F1} | {seconds.Max():F1} | {OwnedCards / seconds.Order().ElementAt(1):N0} |"));
    }

    private async Task ListAsync(HttpClient client)
    {
        await TableAsync($"A page of 50 of {OwnedCards:N0} owned cards", client,
        [
            ("newest first", "/api/cardvault/cards?limit=50&sort=-createdAt"),
            ("by player", "/api/cardvault/cards?limit=50&sort=player"),
            ("by year, descending, of one player's initial", "/api/cardvault/cards?limit=50&sort=-year&player=player%201"),
            ("graded PSA", "/api/cardvault/cards?limit=50&grader=PSA"),
            ("words in any field", "/api/cardvault/cards?limit=50&q=player%2049"),
            ("with the total", "/api/cardvault/cards?limit=50&count=true"),
        ]);
    }

    private async Task SearchAsync(HttpClient client)
    {
        var times = new List<double>();
        for (var request = -Searches.Length; request < Requests; request++)
        {
            var words = Searches[(request + Searches.Length) % Searches.Length];
            var milliseconds = await MeasureAsync(client, $"/api/cardvault/catalogue/search?limit=20&q={Uri.EscapeDataString(words)}");

            // The first of each is not counted: code is compiled, statements are prepared.
            if (request >= 0)
            {
                times.Add(milliseconds);
            }
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\n### Search of the catalogue, {Searches.Length} queries in turn\n\n| median ms | p95 ms | most ms |\n|---:|---:|---:|\n| {Percentile(times, 50):F1} | {Percentile(times, 95):F1} | {times.Max():F1} |"));
    }

    private async Task TableAsync(string title, HttpClient client, IReadOnlyList<(string Name, string Address)> cases)
    {
        var times = cases.Select(_ => new List<double>()).ToList();
        for (var round = -5; round < Requests / cases.Count; round++)
        {
            for (var i = 0; i < cases.Count; i++)
            {
                var milliseconds = await MeasureAsync(client, cases[i].Address);
                if (round >= 0)
                {
                    times[i].Add(milliseconds);
                }
            }
        }

        var table = new StringBuilder($"\n### {title}\n\n| case | median ms | p95 ms |\n|---|---:|---:|\n");
        for (var i = 0; i < cases.Count; i++)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {cases[i].Name} | {Percentile(times[i], 50):F1} | {Percentile(times[i], 95):F1} |\n");
        }

        await output.WriteAsync(table);
    }

    private static async Task<double> MeasureAsync(HttpClient client, string address)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await client.GetAsync(new Uri(address, UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task PostCsvAsync(HttpClient client, string csv)
    {
        using var body = new StringContent(csv, Encoding.UTF8, "text/csv");
        using var answer = await client.PostAsync(new Uri("/api/cardvault/cards/import", UriKind.Relative), body);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        }
    }

    private static double Percentile(List<double> values, int percent) => values.Order().ElementAt(Math.Min(values.Count - 1, values.Count * percent / 100));

    private static string Cards(int count)
    {
        var text = new StringBuilder("player,cardNumber,set,year,condition,grader,grade,certificate,quantity,location,tags\n");
        for (var row = 0; row < count; row++)
        {
            var graded = row % 7 == 0;
            text.Append(CultureInfo.InvariantCulture, $"Player {row % 9_000},{row},Set {row % 200},{1950 + row % 70},{(graded ? "" : "NM")},{(graded ? "PSA" : "")},{(graded ? "9" : "")},{(graded ? row + 10_000_000 : "")},1,Box {row % 40},tag{row % 12}\n");
        }

        return text.ToString();
    }
}
