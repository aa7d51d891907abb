using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rowhouse.Tenancy.Postgres.Embedded;

/// <summary>A running <c>postgres</c>, which the kernel stops when this process dies, however it dies.</summary>
internal sealed class ServerProcess
{
    /// <summary>Ends sessions, writes everything, stops.</summary>
    public const int FastShutdown = 2; // SIGINT

    /// <summary>Stops at once; the next start recovers.</summary>
    public const int ImmediateShutdown = 3; // SIGQUIT

    private const int WordsKept = 30;

    private readonly Queue<string> words = new();
    private readonly TaskCompletionSource exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess()
    {
    }

    public int Id { get; private set; }

    public Task Exited => exited.Task;

    /// <summary>The end of what it wrote before its log file was open: why it did not start.</summary>
    public string LastWords
    {
        get
        {
            lock (words)
            {
                return string.Join('\n', words);
            }
        }
    }

    public static async Task<ServerProcess> StartAsync(IReadOnlyList<string> command, ServerAccount account, bool durable)
    {
        var server = new ServerProcess();
        var start = Shell.Command([.. Wrapper(account, durable), .. command]);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // The signal at the parent's death is sent at the death of the *thread* that started the process. A thread of the
        // pool ends when the pool shrinks; this one lives as long as the process does.
        var thread = new Thread(() => server.Run(start, started)) { IsBackground = true, Name = "PostgreSQL" };
        thread.Start();
        await started.Task.ConfigureAwait(false);
        return server;
    }

    public void Signal(int signal)
    {
        if (!Exited.IsCompleted)
        {
            _ = kill(Id, signal);
        }
    }

    /// <summary>Sends a signal to a process that is not ours to wait for.</summary>
    public static void Signal(int processId, int signal) => _ = kill(processId, signal);

    /// <summary>Refuses where the programs are missing that start the server in the right way.</summary>
    /// <exception cref="EmbeddedPostgresException">One is missing.</exception>
    public static void RequireTools()
    {
        if (OperatingSystem.IsLinux() && (Shell.Find("setpriv") is null || Shell.Find("setsid") is null))
        {
            throw new EmbeddedPostgresException("setpriv and setsid are missing; the package util-linux has them (apt-get install util-linux).");
        }
    }

    private static IEnumerable<string> Wrapper(ServerAccount account, bool durable)
    {
        if (!OperatingSystem.IsLinux())
        {
            return account.Prefix;
        }

        // setsid: Ctrl-C in a terminal goes to the whole process group, and the database would be gone before its host has finished its requests.
        string[] wrapper = ["setsid", .. account.Prefix is [] ? ["setpriv"] : account.Prefix];
        return [.. wrapper, durable ? "--pdeathsig=INT" : "--pdeathsig=QUIT"];
    }

    private void Run(ProcessStartInfo start, TaskCompletionSource started)
    {
        using var process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        try
        {
            process.Start();
            Id = process.Id;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            started.SetException(exception);
            return;
        }

        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        started.SetResult();
        process.WaitForExit();
        exited.SetResult();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (words)
        {
            words.Enqueue(line);
            if (words.Count > WordsKept)
            {
                words.Dequeue();
            }
        }
    }

#pragma warning disable IDE1006 // the C library's name
    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);
#pragma warning restore IDE1006
}
