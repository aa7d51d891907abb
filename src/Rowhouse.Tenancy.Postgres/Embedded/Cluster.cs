using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tenancy.Postgres.Embedded;

/// <summary>The files of a PostgreSQL cluster. Only who holds the owner's lock works on them.</summary>
internal sealed partial class Cluster(DataFolder folder, EmbeddedPostgresOptions options, ServerAccount account, PostgresBinaries binaries, ILogger logger)
{
    /// <summary>The name of the cluster's superuser.</summary>
    public const string Administrator = "postgres";

    private const int SharedMemoryLine = 6; // of postmaster.pid: key and id

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task CreateAsync(string password, CancellationToken cancellationToken)
    {
        if (folder.ClusterVersion is not null)
        {
            return;
        }

        // Made aside and renamed when whole: initdb writes PG_VERSION early, and may be killed.
        var draft = folder.Cluster + ".new";
        if (Directory.Exists(draft))
        {
            Directory.Delete(draft, recursive: true);
        }

        Directory.CreateDirectory(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await account.OwnAsync(draft, cancellationToken).ConfigureAwait(false);
        var passwordFile = folder.Cluster + ".password";
        try
        {
            await DataFolder.WriteAsync(passwordFile, password, cancellationToken).ConfigureAwait(false);
            await account.OwnAsync(passwordFile, cancellationToken).ConfigureAwait(false);
            string[] command =
            [
                .. account.Prefix, Path.Combine(binaries.Folder, "initdb"), "-D", draft, "-U", Administrator, "--auth=scram-sha-256", $"--pwfile={passwordFile}",
                "-E", "UTF8", "--locale=C", "--no-instructions", .. options.Durable ? Array.Empty<string>() : ["--no-sync"],
            ];
            var (exitCode, _, error) = await Shell.RunAsync(command, cancellationToken).ConfigureAwait(false);
            if (exitCode != 0)
            {
                throw new EmbeddedPostgresException($"initdb of PostgreSQL {binaries.Major} failed in {draft}: {error.Trim()}");
            }
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(draft, folder.Cluster);
        LogCreated(binaries.Major, folder.Cluster);
    }

    /// <summary>Ends a server that outlived its owner, and removes the file by which a dead one could keep the next from starting.</summary>
    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder.Cluster, "postmaster.pid");
        if (!File.Exists(file))
        {
            return;
        }

        var lines = await File.ReadAllLinesAsync(file, cancellationToken).ConfigureAwait(false);
        if (int.TryParse(lines.FirstOrDefault(), out var processId) && await IsOurServerAsync(processId, cancellationToken).ConfigureAwait(false))
        {
            // Its owner died a moment ago and the kernel has told it to stop, or there is no such kernel service here.
            ServerProcess.Signal(processId, ServerProcess.FastShutdown);
            await GoneAsync(() => IsOurServerAsync(processId, cancellationToken), $"process {processId}", cancellationToken).ConfigureAwait(false);
        }

        // Children of a server that was killed go on for a moment. The file is what keeps PostgreSQL from starting beside them.
        await GoneAsync(() => Task.FromResult(IsAttached(lines.ElementAtOrDefault(SharedMemoryLine))), "its sessions", cancellationToken).ConfigureAwait(false);

        // Now the number can only belong to some other process; one of the same user would be fatal for the next start.
        if (File.Exists(file))
        {
            File.Delete(file);
            LogStale(processId);
        }
    }

    public Task<ServerProcess> StartAsync(ServerAddress address)
    {
        string[] speed = options.Durable ? [] : ["fsync=off", "full_page_writes=off", "synchronous_commit=off"];
        string[] settings =
        [
            .. address.Settings, .. speed, $"max_connections={options.MaxConnections}", "timezone=UTC", "log_timezone=UTC",
            "logging_collector=on", "log_directory=log", "log_filename=postgresql-%a.log", "log_truncate_on_rotation=on", "log_rotation_age=1d", "log_rotation_size=0",
        ];
        return ServerProcess.StartAsync(
            [Path.Combine(binaries.Folder, "postgres"), "-D", folder.Cluster, .. settings.SelectMany(setting => new[] { "-c", setting })],
            account, options.Durable);
    }

    private async Task GoneAsync(Func<Task<bool>> isThere, string what, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        while (await isThere().ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new EmbeddedPostgresException($"A PostgreSQL server still runs on {folder.Cluster} and does not stop: {what}. End it, then start again.");
            }

            await Task.Delay(Poll, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsAttached(string? keyAndId)
    {
        const string Segments = "/proc/sysvipc/shm"; // key, id, permissions, size, creator, last, attached …
        return keyAndId?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var id]
            && File.Exists(Segments)
            && File.ReadLines(Segments)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Any(fields => fields.Length > 6 && fields[1] == id && fields[6] != "0");
    }

    private async Task<bool> IsOurServerAsync(int processId, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Process.GetProcesses().Any(process => process.Id == processId && process.ProcessName.StartsWith("postgres", StringComparison.Ordinal));
        }

        // A server works in its cluster's folder. One that ended but was not waited for (nobody does in many containers) keeps
        // its number and has no folder any more. Asked as the server's own user: in a container root may not look at others' processes.
        var (_, output, _) = await Shell.RunAsync([.. account.Prefix, "stat", "-L", "-c", "%d:%i", $"/proc/{processId}/cwd", folder.Cluster], cancellationToken).ConfigureAwait(false);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [var works, var cluster] && works == cluster;
    }

    [LoggerMessage(LogLevel.Information, "Made a PostgreSQL {Major} cluster in {Folder}")]
    private partial void LogCreated(int major, string folder);

    [LoggerMessage(LogLevel.Information, "Removed what PostgreSQL process {ProcessId} left behind")]
    private partial void LogStale(int processId);
}
