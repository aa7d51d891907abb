using System.Diagnostics;
using System.Globalization;
using Rowhouse.Tenancy.Postgres;
using Shouldly;

namespace Rowhouse.Tests.Cli;

/// <summary>The command line as a process of its own, which can be told to stop.</summary>
internal sealed class CommandProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string> error;

    private CommandProcess(Process process)
    {
        this.process = process;
        error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public static CommandProcess Start(string folder, IReadOnlyDictionary<string, string?> environment, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "rowhouse.dll"), .. args])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("ROWHOUSE_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["XDG_CONFIG_HOME"] = folder;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new(Process.Start(start).ShouldNotBeNull());
    }

    /// <summary>Starts one more server on the databases of another.</summary>
    public static CommandProcess Serve(string folder, PostgresConnections database, IReadOnlyDictionary<string, string?>? environment = null) => Start(
        folder,
        new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>())
        {
            ["Homes__Pool"] = environment?.GetValueOrDefault("Homes__Pool") ?? "0",
            ["ROWHOUSE_URL"] = "http://127.0.0.1:0",
            ["ROWHOUSE_DATA"] = folder,
            ["ROWHOUSE_DATABASE"] = database.Application,
            ["ROWHOUSE_DATABASE_PLATFORM"] = database.Platform,
            ["ROWHOUSE_DATABASE_CONTROL"] = database.Control,
            ["ROWHOUSE_DATABASE_PROVISIONER"] = database.Provisioner,
            ["ROWHOUSE_DATABASE_MOVER"] = database.Mover,
        },
        "serve");

    /// <summary>Waits until a server says where it answers.</summary>
    public async Task<Uri> ReadyAsync()
    {
        const string ready = "Rowhouse is ready: ";
        List<string> said = [];
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            said.Add(line);
            if (line.StartsWith(ready, StringComparison.Ordinal))
            {
                return new(line[ready.Length..]);
            }
        }

        throw new InvalidOperationException($"The server did not start: {await error}\n{string.Join('\n', said)}");
    }

    /// <summary>Asks it to stop, as systemd and containers do.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>Ends it at once, as a power cut does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Lets it sleep, as a machine that is short of memory does.</summary>
    public Task SleepAsync() => SignalAsync("STOP");

    /// <summary>Wakes it.</summary>
    public Task WakeAsync() => SignalAsync("CONT");

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for the end.</summary>
    public async Task<CommandResult> EndAsync()
    {
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, output, await error, []);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }
}
