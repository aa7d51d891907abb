using Rowhouse.Benchmarks.Caching;
using Rowhouse.Benchmarks.CardVault;
using Rowhouse.Benchmarks.Homes;
using Rowhouse.Benchmarks.Isolation;
using Rowhouse.Benchmarks.Resolution;

// dotnet run -c Release --project bench/Rowhouse.Benchmarks -- resolution | placement | isolation [inserts] | outbox | throughput | caching | homes | cardvault
switch (args)
{
    case ["resolution"]:
        await DirectoryCost.RunAsync(Console.Out);
        await ResolutionCost.RunAsync(Console.Out);
        return 0;
    case ["placement"]:
        await PlacementCost.RunAsync(Console.Out);
        return 0;
    case ["outbox"]:
        await OutboxCost.RunAsync(Console.Out);
        return 0;
    case ["isolation"]:
        await IsolationCost.RunAsync(Console.Out);
        return 0;
    case ["isolation", "inserts"]:
        await IsolationCost.InsertForProfilerAsync(100_000);
        return 0;
    case ["throughput"]:
        await EndpointCost.RunAsync(Console.Out);
        return 0;
    case ["caching"]:
        await CacheCost.RunAsync(Console.Out);
        return 0;
    case ["homes"]:
        await HomeCost.RunAsync(Console.Out);
        return 0;
    case ["cardvault"]:
        await CardVaultCost.RunAsync(Console.Out);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Name a benchmark: resolution, placement, isolation, outbox, throughput, caching, homes, cardvault.");
        return 2;
}
