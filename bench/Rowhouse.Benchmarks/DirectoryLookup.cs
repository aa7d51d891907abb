using BenchmarkDotNet.Attributes;
using Rowhouse.Tenancy;

namespace Rowhouse.Benchmarks;

/// <summary>Finding a tenant in memory, beside a plain dictionary with string keys.</summary>
[MemoryDiagnoser]
public class DirectoryLookup
{
    private readonly TenantDirectory directory = new();
    private readonly Dictionary<string, Tenant> plain = [];
    private string[] slugs = [];
    private string[] ids = [];
    private int next;

    [Params(1_000, 100_000)]
    public int Tenants { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        var tenants = Enumerable.Range(0, Tenants).Select(number => new Tenant
        {
            Id = TenantId.New(TimeProvider.System),
            Slug = Slug.Parse($"tenant-{number}", provider: null),
            Name = $"Tenant {number}",
            Status = TenantStatus.Active,
            Placement = new(PlacementKind.Shared, Placement.SharedStore, "rowhouse", 1),
        }).ToList();
        foreach (var tenant in tenants)
        {
            directory.Apply(new(tenant, []));
            plain[tenant.Slug.Value] = tenant;
        }

        // In an order that no cache can guess, the same in every run.
        var random = new Random(1);
        slugs = [.. tenants.Select(tenant => tenant.Slug.Value).OrderBy(_ => random.Next())];
        ids = [.. tenants.Select(tenant => tenant.Id.ToString()).OrderBy(_ => random.Next())];
    }

    [Benchmark(Baseline = true)]
    public Tenant PlainDictionary() => plain[Next(slugs)];

    [Benchmark]
    public Tenant? BySlug() => directory.TryFind(IdentifierKind.Name, Next(slugs).AsSpan(), out var tenant) ? tenant : null;

    [Benchmark]
    public Tenant? ById() => directory.TryFind(IdentifierKind.Name, Next(ids).AsSpan(), out var tenant) ? tenant : null;

    [Benchmark]
    public Tenant? Unknown() => directory.TryFind(IdentifierKind.Name, "nobody-has-this-name".AsSpan(), out var tenant) ? tenant : null;

    private string Next(string[] values) => values[next++ % values.Length];
}
