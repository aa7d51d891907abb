using System.Globalization;
using Rowhouse.Tenancy;

namespace Rowhouse.Benchmarks.Resolution;

/// <summary>What the directory costs: memory, look-ups, and names that lead nowhere.</summary>
internal static class DirectoryCost
{
    private const int Operations = 200_000;
    private const int Hot = 1_000;

    public static async Task RunAsync(TextWriter output)
    {
        await output.WriteLineAsync("\n### Memory\n\nEach tenant with a slug, a domain of its own and an external id.\n\n| tenants | MB | bytes a tenant | MB of fingerprints | filled in s |\n|---:|---:|---:|---:|---:|");
        foreach (var count in new[] { 1_000, 100_000, 1_000_000 })
        {
            await output.WriteLineAsync(Weigh(count));
        }

        foreach (var count in new[] { 1_000, 100_000, 1_000_000 })
        {
            await LookUpAsync(output, count);
        }

        await NobodyAsync(output);
    }

    public static Tenant Make(int number) => new()
    {
        Id = TenantId.New(TimeProvider.System),
        Slug = Slug.Parse(string.Create(CultureInfo.InvariantCulture, $"tenant-{number}"), provider: null),
        Name = string.Create(CultureInfo.InvariantCulture, $"Tenant {number}"),
        Status = TenantStatus.Active,
        Placement = new(PlacementKind.Shared, Placement.SharedStore, new string("rowhouse"), 1),
        Products = ["cardvault"],
    };

    private static CatalogueEntry Entry(Tenant tenant) => new(tenant, [new(IdentifierKind.Host, $"cards.{tenant.Slug}.example"), new(IdentifierKind.Name, $"org-{tenant.Slug}")]);

    private static string Weigh(int count)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var begin = TimeProvider.System.GetTimestamp();
        var directory = new TenantDirectory();
        for (var number = 0; number < count; number++)
        {
            directory.Apply(Entry(Make(number)));
        }

        var seconds = TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        var row = string.Create(
            CultureInfo.InvariantCulture,
            $"| {count:N0} | {bytes / 1e6:F1} | {bytes / count:N0} | {directory.FingerprintBytes / 1e6:F1} | {seconds:F1} |");
        GC.KeepAlive(directory);
        return row;
    }

    private static async Task LookUpAsync(TextWriter output, int count)
    {
        var directory = new TenantDirectory();
        var random = new Random(1); // in an order that no cache can guess, the same in every run
        var tenants = Enumerable.Range(0, count).Select(Make).ToArray();
        foreach (var tenant in tenants)
        {
            directory.Apply(Entry(tenant));
        }

        random.Shuffle(tenants);
        string[] slugs = [.. tenants.Select(tenant => tenant.Slug.Value)];
        string[] ids = [.. tenants.Select(tenant => tenant.Id.ToString())];
        string[] hosts = [.. tenants.Select(tenant => $"cards.{tenant.Slug}.example")];
        string[] nobody = [.. Enumerable.Range(0, 10_000).Select(number => $"nobody-{number}.example")];
        var plain = slugs.Zip(tenants).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        var next = 0;
        await new SyncRounds($"Look-up, {count.ToString("N0", CultureInfo.InvariantCulture)} tenants", net: false)
            .Add("plain dictionary, 1,000 in turn", Operations, () => _ = plain[Next(slugs, Hot)])
            .Add("**by slug, 1,000 in turn**", Operations, () => Find(IdentifierKind.Name, Next(slugs, Hot)))
            .Add("**by domain, 1,000 in turn**", Operations, () => Find(IdentifierKind.Host, Next(hosts, Hot)))
            .Add("**by id, 1,000 in turn**", Operations, () => Find(IdentifierKind.Name, Next(ids, Hot)))
            .Add("plain dictionary, all at random", Operations, () => _ = plain[Next(slugs, slugs.Length)])
            .Add("by slug, all at random", Operations, () => Find(IdentifierKind.Name, Next(slugs, slugs.Length)))
            .Add("by id, all at random", Operations, () => Find(IdentifierKind.Name, Next(ids, ids.Length)))
            .Add("leads nowhere", Operations, () => Find(IdentifierKind.Host, Next(nobody, nobody.Length)))
            .PrintAsync(output);

        string Next(string[] values, int among)
        {
            var at = next++;
            return values[at % among];
        }

        void Find(IdentifierKind kind, string value)
        {
            if (!directory.TryFind(kind, value, out _))
            {
                directory.MightContain(kind, value);
            }
        }
    }

    private static async Task NobodyAsync(TextWriter output)
    {
        var catalogue = new CountingCatalogue([.. Enumerable.Range(0, 100_000).Select(number => Entry(Make(number)))]);
        var directory = new TenantDirectory(new() { Capacity = 50_000 });
        await directory.FillAsync(catalogue);
        var lookup = new TenantLookup(directory, catalogue, new());
        await output.WriteLineAsync("\n### Names that are not in memory\n\nA directory of 50,000 of 100,000 tenants.\n\n| asked for | seconds | queries | tenants found |\n|---|---:|---:|---:|");
        await AskAsync("100,000 random hosts that lead nowhere, 10,000 a second", 10, 10_000, _ => $"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}.example");
        await AskAsync("1,000 tenants that are not in memory, 1,000 a second", 1, 1_000, number => $"cards.tenant-{50_000 + number}.example");

        async Task AskAsync(string what, int seconds, int each, Func<int, string> name)
        {
            var before = catalogue.Queries;
            var begin = TimeProvider.System.GetTimestamp();
            var answers = new List<Task<Tenant?>>(seconds * each);
            for (var tick = 0; tick < seconds * 100; tick++)
            {
                for (var number = 0; number < each / 100; number++)
                {
                    answers.Add(lookup.FindAsync(new Identifier(IdentifierKind.Host, name((tick * each / 100) + number))).AsTask());
                }

                await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, ((tick + 1) * 10) - TimeProvider.System.GetElapsedTime(begin).TotalMilliseconds)));
            }

            var found = (await Task.WhenAll(answers)).Count(tenant => tenant is not null);
            var elapsed = TimeProvider.System.GetElapsedTime(begin);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {what} | {elapsed.TotalSeconds:F1} | {catalogue.Queries - before} | {found:N0} |"));
        }
    }

    private sealed class CountingCatalogue(IReadOnlyList<CatalogueEntry> entries) : ITenantCatalogue
    {
        private readonly Dictionary<Identifier, CatalogueEntry> byIdentifier = entries.SelectMany(entry => entry.Identifiers.Select(identifier => (identifier, entry))).ToDictionary();

        public int Queries { get; private set; }

        public IAsyncEnumerable<CatalogueEntry> ReadAsync(CancellationToken cancellationToken = default) => entries.ToAsyncEnumerable();

        public ValueTask<IReadOnlyList<CatalogueEntry>> FindAsync(IReadOnlyCollection<Identifier> identifiers, CancellationToken cancellationToken = default)
        {
            Queries++;
            return new([.. identifiers.Select(identifier => byIdentifier.GetValueOrDefault(identifier)).OfType<CatalogueEntry>().Distinct()]);
        }

        public IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> WatchAsync(CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<IReadOnlyList<CatalogueEntry>>();
    }
}
