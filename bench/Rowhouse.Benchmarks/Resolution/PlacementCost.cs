using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Benchmarks.Isolation;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.Benchmarks.Resolution;

/// <summary>
/// Where a tenant lives, from its name to a context on its home: each row does what the one above it does and one thing more. All of it is in memory, and no
/// connection is opened; a thousand of the tenants have a home of their own.
/// </summary>
internal static class PlacementCost
{
    private const int Operations = 20_000;
    private const int Contexts = 500;
    private const int Homes = 1_000;

    public static async Task RunAsync(TextWriter output)
    {
        foreach (var count in new[] { 10_000, 100_000 })
        {
            await RunAsync(count, output);
        }
    }

    private static async Task RunAsync(int count, TextWriter output)
    {
        var directory = new TenantDirectory();
        var tenants = Enumerable.Range(0, count).Select(DirectoryCost.Make).ToArray();
        for (var number = 0; number < Homes; number++)
        {
            tenants[number] = tenants[number] with { Placement = new(PlacementKind.Dedicated, Placement.DedicatedStore, $"rowhouse_home_{tenants[number].Id.Value:N}", 1) };
        }

        foreach (var tenant in tenants)
        {
            directory.Apply(new(tenant, []));
        }

        string[] dedicated = [.. tenants.Take(Homes).Select(tenant => tenant.Slug.Value)];
        string[] shared = [.. tenants.Skip(Homes).Select(tenant => tenant.Slug.Value)];
        var builder = Web.Builder();
        builder.AddTenancy(tenancy => tenancy.OnPostgres());
        builder.AddTenantDbContext<NotesDb>();
        builder.Services.AddSingleton<IDedicatedHomes>(new NoHomes());
        await using var services = builder.Services.BuildServiceProvider();
        services.GetRequiredService<PostgresStore>().Open(new() { Application = "Host=nowhere;Username=rowhouse_app;Database=rowhouse", Platform = "Host=nowhere;Username=rowhouse_platform;Database=rowhouse" });
        var homes = services.GetRequiredService<HomeSources>();
        var random = new Random(1);
        random.Shuffle(shared);
        random.Shuffle(dedicated);
        var next = 0;
        await new SyncRounds($"From a name to a home, {count.ToString("N0", CultureInfo.InvariantCulture)} tenants, {Homes.ToString("N0", CultureInfo.InvariantCulture)} of them with one of their own", net: false)
            .Add("the tenant and its placement", Operations, () => Find(dedicated))
            .Add("… a connection to the shared store", Operations, () => homes.Connect(Find(shared)).Dispose())
            .Add("… a connection to a home of its own", Operations, () => homes.Connect(Find(dedicated)).Dispose())
            .Add("… a scope and its context, shared store", Contexts, () => Enter(Find(shared)))
            .Add("**… a scope and its context, home of its own**", Contexts, () => Enter(Find(dedicated)))
            .PrintAsync(output);

        Tenant Find(string[] slugs) => directory.TryFind(IdentifierKind.Name, slugs[next++ % slugs.Length], out var found) ? found : throw new InvalidOperationException("It is not in the directory.");

        void Enter(Tenant tenant)
        {
            using var scope = services.CreateScope();
            scope.ServiceProvider.GetRequiredService<TenantScope>().Bind(tenant);
            if (scope.ServiceProvider.GetRequiredService<NotesDb>().Database.GetDbConnection().Database is not { Length: > 0 })
            {
                throw new InvalidOperationException("It leads nowhere.");
            }
        }
    }

    private sealed class NoHomes : IDedicatedHomes
    {
        private readonly HomeStore store = new() { Name = Placement.DedicatedStore, Platform = "Host=127.0.0.1;Username=rowhouse_platform" };

        public HomeStore FindStore(string name) => store;

        public Task<IReadOnlyList<HomeStore>> ListStoresAsync(CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<HomeStore>>([store]);

        public ValueTask<string> GetPasswordAsync(TenantId tenant, Placement home, CancellationToken cancellationToken = default) => throw new NotSupportedException("Nothing is opened.");

        public Task<IReadOnlyList<(TenantId Tenant, Placement Home)>> FindAsync(TenantId? after, int most, CancellationToken cancellationToken = default) => throw new NotSupportedException("Nothing is opened.");
    }
}
