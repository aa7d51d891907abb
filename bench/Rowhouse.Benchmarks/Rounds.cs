using System.Diagnostics;
using System.Globalization;

namespace Rowhouse.Benchmarks;

/// <summary>
/// Times cases that wait for a server, in turns: round after round each case runs once, so a machine that slows down for
/// a while slows all of them. The first quartile of the rounds is reported, with the ratio to the first case.
/// </summary>
/// <param name="title">Heads the table.</param>
internal sealed class Rounds(string title)
{
    private const int Count = 25;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private readonly List<(string Name, int Operations, Func<Task> Run)> cases = [];

    /// <summary>Adds a case; the first one is the baseline.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="operations">How often it runs in a round.</param>
    /// <param name="run">One operation.</param>
    public Rounds Add(string name, int operations, Func<Task> run)
    {
        cases.Add((name, operations, run));
        return this;
    }

    /// <summary>Runs all rounds and prints the table.</summary>
    public async Task PrintAsync(TextWriter output)
    {
        var times = cases.ConvertAll(_ => new List<double>(Count));
        var bytes = new long[cases.Count];
        foreach (var (_, _, run) in cases)
        {
            await WarmUpAsync(run);
        }

        for (var round = 0; round < Count; round++)
        {
            for (var i = 0; i < cases.Count; i++)
            {
                (var microseconds, bytes[i]) = await MeasureAsync(cases[i].Operations, cases[i].Run);
                times[i].Add(microseconds);
            }
        }

        var quartiles = times.ConvertAll(FirstQuartile);
        await output.WriteLineAsync($"\n### {title}\n\n| case | µs | ratio | kB allocated |\n|---|---:|---:|---:|");
        for (var i = 0; i < cases.Count; i++)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {cases[i].Name} | {quartiles[i].ToString(quartiles[i] < 10 ? "F1" : "F0", CultureInfo.InvariantCulture)} | {quartiles[i] / quartiles[0]:F2} | {bytes[i] / 1000.0:F1} |"));
        }
    }

    // Until code is compiled as it stays and statements are prepared.
    private static async Task WarmUpAsync(Func<Task> run)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < WarmUp)
        {
            await run();
        }
    }

    private static async Task<(double Microseconds, long Bytes)> MeasureAsync(int operations, Func<Task> run)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < operations; i++)
        {
            await run();
        }

        return (Stopwatch.GetElapsedTime(started).TotalMicroseconds / operations, (GC.GetTotalAllocatedBytes() - allocated) / operations);
    }

    private static double FirstQuartile(List<double> values) => values.Order().ElementAt(values.Count / 4);
}
