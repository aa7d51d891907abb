using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Embedded;

namespace Rowhouse.Testing;

/// <summary>A PostgreSQL server with a standby that follows it, for one failover: the primary is killed, and the standby promoted.</summary>
public sealed class ReplicatedServer : IAsyncDisposable
{
    private const int Connections = 100; // a standby refuses to have fewer than its primary had

    private readonly string folder;
    private readonly string password;
    private readonly Instance primary;
    private readonly Instance standby;

    private ReplicatedServer(string folder, string password, Instance primary, Instance standby)
    {
        this.folder = folder;
        this.password = password;
        this.primary = primary;
        this.standby = standby;
    }

    /// <summary>A connection string of the superuser that names both, to the database <c>postgres</c>; the standby first.</summary>
    public string Administrator => Of($"127.0.0.1:{standby.Port},127.0.0.1:{primary.Port}", standby.Port);

    /// <summary>The same to the one that is the primary at first.</summary>
    public string Primary => Of("127.0.0.1", primary.Port);

    /// <summary>The same to the one that is the standby at first.</summary>
    public string Standby => Of("127.0.0.1", standby.Port);

    /// <summary>Starts both.</summary>
    public static async Task<ReplicatedServer> StartAsync()
    {
        await TestServer.AdministratorAsync(); // which skips the test where there is no PostgreSQL, and removes what a killed run left
        var own = Directory.CreateTempSubdirectory(TestServer.Prefix).FullName;
        File.SetUnixFileMode(own, File.GetUnixFileMode(own) | UnixFileMode.OtherExecute); // the server's user has to get through

        // A cluster that was stopped in order, and a copy of it.
        string administrator;
        await using (var whole = await EmbeddedPostgres.StartAsync(new() { DataFolder = own, Databases = new("first"), MaxConnections = Connections }))
        {
            administrator = new NpgsqlConnectionStringBuilder(whole.Administrator).Password!; // it has one
        }

        var made = await DataFolder.OpenAsync(own, CancellationToken.None);
        var copy = made.Cluster + ".standby";
        await RunAsync("cp", "-a", made.Cluster, copy);
        await RunAsync("cp", "-a", Path.Combine(copy, "PG_VERSION"), Path.Combine(copy, "standby.signal")); // it has to be there, and the server's; what it says nobody reads
        var account = await ServerAccount.OfAsync(made.Cluster, CancellationToken.None);
        var binaries = await PostgresBinaries.FindAsync(null, made.ClusterVersion, account, CancellationToken.None);
        var port = FreePort();
        var first = await Instance.StartAsync(binaries, account, made.Cluster, port);
        var second = await Instance.StartAsync(binaries, account, copy, FreePort(), $"primary_conninfo=host=127.0.0.1 port={port} user={Cluster.Administrator} password={administrator}");
        var both = new ReplicatedServer(own, administrator, first, second);
        await both.UntilItAnswersAsync(first, "SELECT NOT pg_is_in_recovery()");
        await both.UntilItAnswersAsync(second, "SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')");
        return both;
    }

    /// <summary>Waits until the standby has all that was committed.</summary>
    public async Task UntilReplicatedAsync()
    {
        var written = await ScalarAsync(primary, "SELECT pg_current_wal_flush_lsn()::text");
        await UntilItAnswersAsync(standby, $"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn");
    }

    /// <summary>Ends the primary at once, once the standby has all that was committed.</summary>
    public async Task KillPrimaryAsync()
    {
        await UntilReplicatedAsync();
        await primary.StopAsync();
    }

    /// <summary>Makes the standby the primary.</summary>
    public Task PromoteAsync() => ScalarAsync(standby, "SELECT pg_promote()");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await primary.StopAsync();
        await standby.StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private string Of(string host, int port) => new NpgsqlConnectionStringBuilder { Host = host, Port = port, Username = Cluster.Administrator, Password = password, Database = "postgres" }.ConnectionString;

    private async Task<object?> ScalarAsync(Instance at, string sql)
    {
        await using var connection = new NpgsqlConnection($"{Of("127.0.0.1", at.Port)};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private Task UntilItAnswersAsync(Instance at, string sql) => Eventually.UntilAsync(
        async () =>
        {
            try
            {
                return await ScalarAsync(at, sql) is true;
            }
            catch (NpgsqlException exception)
            {
                return at.Process.Exited.IsCompleted ? throw new InvalidOperationException($"PostgreSQL has ended: {at.Process.LastWords}", exception) : false;
            }
        },
        CancellationToken.None);

    private static async Task RunAsync(params string[] command)
    {
        var (exitCode, _, error) = await Shell.RunAsync(command, CancellationToken.None);
        if (exitCode != 0)
        {
            throw new InvalidOperationException(error);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record Instance(ServerProcess Process, int Port)
    {
        public static async Task<Instance> StartAsync(PostgresBinaries binaries, ServerAccount account, string cluster, int port, params string[] settings)
        {
            string[] all = ["listen_addresses=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"port={port}"), "unix_socket_directories=", "fsync=off", string.Create(CultureInfo.InvariantCulture, $"max_connections={Connections}"), "wal_receiver_status_interval=1", .. settings];
            return new(await ServerProcess.StartAsync([Path.Combine(binaries.Folder, "postgres"), "-D", cluster, .. all.SelectMany(setting => new[] { "-c", setting })], account, durable: false), port);
        }

        public async Task StopAsync()
        {
            Process.Signal(ServerProcess.ImmediateShutdown);
            await Process.Exited;
        }
    }
}
