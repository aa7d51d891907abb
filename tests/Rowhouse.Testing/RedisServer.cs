using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rowhouse.Testing;

/// <summary>A Redis of one test's own, which can be killed, frozen and started again.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const int Stop = 19;
    private const int Continue = 18;

    private readonly string folder = Directory.CreateTempSubdirectory("rowhouse-redis-").FullName;
    private readonly int port = FreePorts.Take();
    private Process? process;

    /// <summary>Where it is, as StackExchange.Redis reads it.</summary>
    public string ConnectionString => $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Whether it runs, frozen or not.</summary>
    public bool IsRunning => process is not null;

    /// <summary>One that runs, where it is installed; elsewhere the test is skipped.</summary>
    public static async Task<RedisServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = Away();
        await server.RunAsync(cancellationToken);
        return server;
    }

    /// <summary>One that does not run yet.</summary>
    public static RedisServer Away()
    {
        if (!IsInstalled && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip("redis-server is not installed (Debian and Ubuntu: apt-get install redis-server).");
        }

        return new();
    }

    /// <summary>Starts it; what an earlier one knew is gone.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("redis-server", ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--dir", folder])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process = Process.Start(start) ?? throw new Win32Exception("redis-server did not start.");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException) when (!process.HasExited)
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }

    /// <summary>Kills it, as a crash would.</summary>
    public async Task KillAsync()
    {
        if (process is { } running)
        {
            process = null;
            if (!running.HasExited)
            {
                running.Kill();     // SIGKILL: a frozen one too
            }

            await running.WaitForExitAsync();
            running.Dispose();
        }
    }

    /// <summary>Freezes it: its connections stay, and nothing answers.</summary>
    public void Freeze() => Signal(Stop);

    /// <summary>Lets it go on; it does what was asked of it meanwhile.</summary>
    public void Thaw() => Signal(Continue);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, "redis-server")));

    private void Signal(int number)
    {
        using var kill = Process.Start("kill", [$"-{number.ToString(CultureInfo.InvariantCulture)}", process!.Id.ToString(CultureInfo.InvariantCulture)]);     // it runs
        kill.WaitForExit();
    }
}
