using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Rowhouse.Benchmarks;
using Rowhouse.Benchmarks.CardVault;
using Rowhouse.Benchmarks.Isolation;

// dotnet run -c Release --project bench/Rowhouse.Benchmarks -- directory | isolation | cardvault
switch (args)
{
    case ["directory"]:
        BenchmarkRunner.Run<DirectoryLookup>(DefaultConfig.Instance.AddJob(
            Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(10)));
        return 0;
    case ["isolation"]:
        await IsolationCost.RunAsync(Console.Out);
        return 0;
    case ["cardvault"]:
        await CardVaultCost.RunAsync(Console.Out);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Name a benchmark: directory, isolation, cardvault.");
        return 2;
}
