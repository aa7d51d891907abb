using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Embedded;

/// <summary>
/// A PostgreSQL server of one's own: a child process that belongs to a data folder and dies with the host that started it.
/// </summary>
/// <remarks>
/// <para>
/// The first host on a data folder owns the server and starts it; every further one joins. When the owner ends, even by
/// kill -9, the server ends with it, and within about a second one of the others becomes the owner and starts it again at
/// the same address: open connections break, connection strings stay right.
/// </para>
/// <para>Safe for use from several threads.</para>
/// </remarks>
public sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly EmbeddedPostgresOptions options;
    private readonly DataFolder folder;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private FileStream? ownership;
    private ServerProcess? process;
    private Task watch = Task.CompletedTask;

    private EmbeddedPostgres(EmbeddedPostgresOptions options, DataFolder folder, ILogger logger)
    {
        this.options = options;
        this.folder = folder;
        this.logger = logger;
    }

    /// <summary>How to reach the databases in each role.</summary>
    public PostgresConnections Connections { get; private set; } = null!; // set before StartAsync hands the object out

    /// <summary>A connection string of the server's superuser, to its database <c>postgres</c>.</summary>
    public string Administrator { get; private set; } = null!; // the same

    /// <summary>Whether this host owns the server. It may become the owner later.</summary>
    public bool IsOwner => ownership is not null;

    /// <summary>Starts the server of a data folder, or joins the one that runs there; makes folder, cluster, roles and databases where they are missing.</summary>
    /// <param name="options">Which server.</param>
    /// <param name="logger">Hears of starts, take-overs and failures.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EmbeddedPostgresException">It cannot run; the message says what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            throw new EmbeddedPostgresException("The embedded server runs on Linux and macOS. Make databases on a server of your own with `rowhouse database init` and use the settings that it writes.");
        }

        ServerProcess.RequireTools();
        var server = new EmbeddedPostgres(
            options, await DataFolder.OpenAsync(options.DataFolder, cancellationToken).ConfigureAwait(false), logger ?? NullLogger.Instance);
        try
        {
            await server.OwnOrJoinAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        server.watch = Task.Run(() => server.WatchAsync(server.stopping.Token), CancellationToken.None);
        return server;
    }

    /// <summary>Stops the server if this host owns it. Others on the same data folder start it again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        await stopping.CancelAsync().ConfigureAwait(false);
        await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopAsync().ConfigureAwait(false);
    }

    private async Task OwnOrJoinAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.StartTimeout);
        try
        {
            while (!await TryOwnAsync(timeout.Token).ConfigureAwait(false) && !await TryJoinAsync(timeout.Token).ConfigureAwait(false))
            {
                await Task.Delay(Poll, timeout.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EmbeddedPostgresException($"PostgreSQL in {folder.Home} was not ready within {options.StartTimeout}. Its log is in {Path.Combine(folder.Cluster, "log")}. Where another program of an older release runs it, stop that one first.");
        }
    }

    private async Task<bool> TryOwnAsync(CancellationToken cancellationToken)
    {
        ownership = folder.TryOwn();
        if (ownership is null)
        {
            return false;
        }

        try
        {
            await StartServerAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch
        {
            await StopAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<bool> TryJoinAsync(CancellationToken cancellationToken)
    {
        if (await folder.RuntimeAsync(cancellationToken).ConfigureAwait(false) is not { } runtime || runtime.Databases != options.Databases
            || await folder.ReadPasswordsAsync(cancellationToken).ConfigureAwait(false) is not { } passwords)
        {
            return false;
        }

        Use(new(runtime.Host, runtime.Port), passwords);
        try
        {
            // Its role is the youngest: the server of an older release has none, until one of this release starts it.
            await ConnectAsync(Connections.Mover!, cancellationToken).ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            // The owner is starting it, or has just died: its lock tells.
            return false;
        }

        LogJoined(runtime.HostProcessId);
        return true;
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        var account = await ServerAccount.OfAsync(folder.Cluster, cancellationToken).ConfigureAwait(false);
        var binaries = await PostgresBinaries.FindAsync(options.Binaries, folder.ClusterVersion, account, cancellationToken).ConfigureAwait(false);
        var cluster = new Cluster(folder, options, account, binaries, logger);
        var passwords = await folder.EnsurePasswordsAsync(cancellationToken).ConfigureAwait(false);
        await cluster.CreateAsync(passwords.Administrator, cancellationToken).ConfigureAwait(false);
        await cluster.ClearAsync(cancellationToken).ConfigureAwait(false);

        var last = await folder.RuntimeAsync(cancellationToken).ConfigureAwait(false);
        var address = await ServerAddress.ChooseAsync(
            ServerAddress.SocketFolders(folder.Home), last is null ? null : new(last.Host, last.Port), account, cancellationToken).ConfigureAwait(false);
        Use(address, passwords);

        process = await cluster.StartAsync(address).ConfigureAwait(false);
        await ReadyAsync(process, cancellationToken).ConfigureAwait(false);
        await DatabaseRoles.EnsureAsync(Administrator, options.Databases, RoleNames.Default, passwords.Roles, cancellationToken).ConfigureAwait(false);
        await folder.PublishAsync(new(address.Host, address.Port, options.Databases, process.Id, Environment.ProcessId), cancellationToken).ConfigureAwait(false);
        LogStarted(binaries.Major, process.Id, address.Host);
    }

    private async Task ReadyAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ConnectAsync(Administrator, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState is not PostgresErrorCodes.CannotConnectNow)
            {
                throw new EmbeddedPostgresException($"PostgreSQL in {folder.Cluster} refuses its administrator: {exception.MessageText}");
            }
            catch (NpgsqlException)
            {
                if (server.Exited.IsCompleted)
                {
                    throw new EmbeddedPostgresException($"PostgreSQL in {folder.Cluster} did not start:\n{server.LastWords}");
                }

                await Task.Delay(Poll, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Starts the server again when it ends, and takes it over when its owner does.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (process is { } server)
                {
                    await server.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
                    LogExited(server.Id, server.LastWords);
                    process = null;
                }

                await Task.Delay(LookAgain, cancellationToken).ConfigureAwait(false);
                if (IsOwner)
                {
                    await StartServerAsync(cancellationToken).ConfigureAwait(false);
                }
                else if (await TryOwnAsync(cancellationToken).ConfigureAwait(false))
                {
                    LogTakenOver();
                }
            }
            catch (Exception exception) when (exception is EmbeddedPostgresException or NpgsqlException or IOException)
            {
                LogFailed(exception);
            }
        }
    }

    private async Task StopAsync()
    {
        if (process is { } server)
        {
            server.Signal(options.Durable ? ServerProcess.FastShutdown : ServerProcess.ImmediateShutdown);
            await server.Exited.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            server.Signal(ServerProcess.ImmediateShutdown);
            await server.Exited.ConfigureAwait(false);
            process = null;
        }

        if (ownership is not null)
        {
            await ownership.DisposeAsync().ConfigureAwait(false);
            ownership = null;
        }
    }

    private void Use(ServerAddress address, ServerPasswords passwords)
    {
        Administrator = address.ConnectionString(Cluster.Administrator, passwords.Administrator, "postgres");
        Connections = DatabaseRoles.Connections(Administrator, options.Databases, RoleNames.Default, passwords.Roles);
    }

    private static async Task ConnectAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 2 }.ConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(LogLevel.Information, "PostgreSQL {Major} runs as process {ProcessId} at {Address}")]
    private partial void LogStarted(int major, int processId, string address);

    [LoggerMessage(LogLevel.Information, "Joined the PostgreSQL server of process {HostProcessId}")]
    private partial void LogJoined(int hostProcessId);

    [LoggerMessage(LogLevel.Warning, "The owner of the PostgreSQL server ended; this host took the server over")]
    private partial void LogTakenOver();

    [LoggerMessage(LogLevel.Error, "PostgreSQL process {ProcessId} ended and is started again. Its last words: {LastWords}")]
    private partial void LogExited(int processId, string lastWords);

    [LoggerMessage(LogLevel.Error, "PostgreSQL could not be started; trying again")]
    private partial void LogFailed(Exception exception);
}
