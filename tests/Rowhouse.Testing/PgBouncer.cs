using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Embedded;

namespace Rowhouse.Testing;

/// <summary>A pooler in transaction mode with one connection to the server, for one test.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;

    private PgBouncer(Process process, string folder, PostgresConnections connections)
    {
        this.process = process;
        this.folder = folder;
        Connections = connections;
    }

    /// <summary>The application through the pooler, the rest around it.</summary>
    public PostgresConnections Connections { get; }

    public static async Task<PgBouncer> StartAsync(PostgresConnections direct, CancellationToken cancellationToken)
    {
        var server = new NpgsqlConnectionStringBuilder(direct.Application);
        var place = Directory.CreateTempSubdirectory("rowhouse-pgbouncer-").FullName;
        File.SetUnixFileMode(place, File.GetUnixFileMode(place) | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        var port = FreePorts.Take();
        await File.WriteAllTextAsync(Path.Combine(place, "users.txt"), $"\"{server.Username}\" \"{server.Password}\"\n", cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(place, "pgbouncer.ini"),
            $"""
            [databases]
            {server.Database} = host='{server.Host}' port={server.Port.ToString(CultureInfo.InvariantCulture)} dbname={server.Database}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port.ToString(CultureInfo.InvariantCulture)}
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = {place}/users.txt
            pool_mode = transaction
            default_pool_size = 1
            """,
            cancellationToken);
        var started = Start(place, await ServerAccount.OfAsync(server.Host ?? "/", cancellationToken));
        var pooled = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = "127.0.0.1", Port = port };
        var pooler = new PgBouncer(started, place, direct with { Application = pooled.ConnectionString, ThroughPooler = true });
        try
        {
            await pooler.ReadyAsync(new(pooled.ConnectionString) { Pooling = false, Timeout = 10 }, cancellationToken);
            return pooler;
        }
        catch
        {
            await pooler.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    // It refuses to run as root, and has to reach the server's socket. Its output is taken so that the test runner's stays free.
    private static Process Start(string place, ServerAccount account)
    {
        string[] command = [.. account.Prefix, "pgbouncer", "-q", $"{place}/pgbouncer.ini"];
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin";
        var started = Process.Start(start) ?? throw new Win32Exception("pgbouncer did not start.");
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return started;
    }

    /// <summary>Whether the pooler is on this machine.</summary>
    public static bool IsInstalled =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':').Any(directory => File.Exists(Path.Combine(directory, "pgbouncer")));

    private async Task ReadyAsync(NpgsqlConnectionStringBuilder address, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(address.ConnectionString);
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException exception) when (!process.HasExited && exception.InnerException is SocketException)
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }
}
