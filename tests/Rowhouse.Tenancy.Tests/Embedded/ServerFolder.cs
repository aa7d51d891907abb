using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Embedded;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Embedded;

/// <summary>A data folder of one test.</summary>
internal sealed class ServerFolder : IDisposable
{
    private const int Terminate = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Process> started = [];
    private readonly string temporary = Directory.CreateTempSubdirectory("rowhouse embedded ").FullName;

    public ServerFolder() => File.SetUnixFileMode(temporary, File.GetUnixFileMode(temporary) | UnixFileMode.OtherExecute);

    public string Data => Path.Combine(temporary, "data");

    public string Cluster => Path.Combine(Data, "postgres", "cluster");

    /// <summary>The process of the server that runs now.</summary>
    public int ServerProcessId =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Data, "runtime.json"))).RootElement.GetProperty("ProcessId").GetInt32();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Task<EmbeddedPostgres> StartAsync(bool durable = false, TimeSpan? startTimeout = null)
    {
        var usual = new EmbeddedPostgresOptions { DataFolder = Data, Durable = durable };
        return EmbeddedPostgres.StartAsync(startTimeout is { } timeout ? usual with { StartTimeout = timeout } : usual, cancellationToken: Cancellation);
    }

    /// <summary>Whether this process serves the cluster. The file is there long before, and also of a server that is about to fail.</summary>
    public bool IsReady(int processId)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(Cluster, "postmaster.pid")) is [var id, .., var state] && id == $"{processId}" && state.TrimEnd() == "ready";
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Waits half a minute at most.</summary>
    public static async Task UntilAsync(Func<bool> isSo, [CallerArgumentExpression(nameof(isSo))] string what = "")
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            watch.Elapsed.ShouldBeLessThan(Patience, what);
            await Task.Delay(20, Cancellation);
        }
    }

    public static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5 }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    /// <summary>Asks until the server answers; how long that took.</summary>
    public static async Task<TimeSpan> AnswersAsync(string connectionString)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await ScalarAsync(connectionString, "select 1");
                return watch.Elapsed;
            }
            catch (NpgsqlException) when (watch.Elapsed < Patience)
            {
                await Task.Delay(20, Cancellation);
            }
        }
    }

    /// <summary>The same, but an answer that refuses is one, too.</summary>
    public static async Task AnswersOrRefusesAsync(string connectionString)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await ScalarAsync(connectionString, "select 1");
                return;
            }
            catch (NpgsqlException exception) when (watch.Elapsed < Patience && (exception is not PostgresException || exception.SqlState == PostgresErrorCodes.CannotConnectNow))
            {
                await Task.Delay(20, Cancellation);
            }
        }
    }

    /// <summary>Starts a process as the user that the server runs as. It ends with the folder.</summary>
    public async Task<Process> RunAsServerUserAsync(params string[] command)
    {
        var account = await ServerAccount.OfAsync(Cluster, Cancellation);
        started.Add(Process.Start(Shell.Command([.. account.Prefix, .. command]))!); // started from a file name: never null
        return started[^1];
    }

    public void Dispose()
    {
        foreach (var process in started.Where(process => !process.HasExited))
        {
            // Asked, not killed: a server that is killed leaves its shared memory behind.
            ServerProcess.Signal(process.Id, Terminate);
            if (!process.WaitForExit(Patience))
            {
                process.Kill();
            }
        }

        started.ForEach(process => process.Dispose());
        Directory.Delete(temporary, recursive: true);
    }
}
