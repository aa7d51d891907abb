using System.Diagnostics;
using System.Globalization;

namespace Rowhouse.Benchmarks.Resolution;

/// <summary>Times cases that wait for nobody, in turns as <see cref="Rounds"/> does, in nanoseconds and bytes allocated.</summary>
/// <param name="title">Heads the table.</param>
/// <param name="net">Whether each row also says what is left when the first case is taken off.</param>
internal sealed class SyncRounds(string title, bool net)
{
    private const int Count = 25;

    private readonly List<(string Name, int Operations, Action Run)> cases = [];

    /// <summary>Adds a case; the first one is the baseline.</summary>
    public SyncRounds Add(string name, int operations, Action run)
    {
        cases.Add((name, operations, run));
        return this;
    }

    /// <summary>Runs all rounds and prints the table.</summary>
    public async Task PrintAsync(TextWriter output)
    {
        var times = cases.ConvertAll(_ => new List<double>(Count));
        var bytes = new double[cases.Count];
        for (var round = -5; round < Count; round++)
        {
            for (var i = 0; i < cases.Count; i++)
            {
                var (_, operations, run) = cases[i];
                var allocated = GC.GetAllocatedBytesForCurrentThread();
                var started = Stopwatch.GetTimestamp();
                for (var operation = 0; operation < operations; operation++)
                {
                    run();
                }

                var elapsed = Stopwatch.GetElapsedTime(started);

                // The first rounds warm up: code is compiled, and compiled again.
                if (round >= 0)
                {
                    times[i].Add(elapsed.TotalNanoseconds / operations);
                    bytes[i] = (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / operations;
                }
            }
        }

        await output.WriteLineAsync(net ? $"\n### {title}\n\n| case | ns | B | net ns | net B |\n|---|---:|---:|---:|---:|" : $"\n### {title}\n\n| case | ns | B |\n|---|---:|---:|");
        var quartiles = times.ConvertAll(values => values.Order().ElementAt(values.Count / 4));
        for (var i = 0; i < cases.Count; i++)
        {
            var row = string.Create(CultureInfo.InvariantCulture, $"| {cases[i].Name} | {quartiles[i]:F1} | {bytes[i]:F0} |");
            await output.WriteLineAsync(net ? row + string.Create(CultureInfo.InvariantCulture, $" {quartiles[i] - quartiles[0]:F1} | {bytes[i] - bytes[0]:F0} |") : row);
        }
    }
}
