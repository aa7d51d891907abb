using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Embedded;

namespace Rowhouse.Tenancy.Tests.Embedded;

/// <summary>A data folder of one test.</summary>
internal sealed class ServerFolder : IDisposable
{
    private readonly string temporary = Directory.CreateTempSubdirectory("rowhouse embedded ").FullName;

    public ServerFolder() => File.SetUnixFileMode(temporary, File.GetUnixFileMode(temporary) | UnixFileMode.OtherExecute);

    public string Data => Path.Combine(temporary, "data");

    public string Cluster => Path.Combine(Data, "postgres", "cluster");

    /// <summary>The process of the server that runs now.</summary>
    public int ServerProcessId =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Data, "runtime.json"))).RootElement.GetProperty("ProcessId").GetInt32();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Task<EmbeddedPostgres> StartAsync(bool durable = false) =>
        EmbeddedPostgres.StartAsync(new() { DataFolder = Data, Durable = durable }, cancellationToken: Cancellation);

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
            catch (NpgsqlException) when (watch.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(20, Cancellation);
            }
        }
    }

    /// <summary>The same, but an answer that refuses is one, too.</summary>
    public static async Task AnswersOrRefusesAsync(string connectionString)
    {
        while (true)
        {
            try
            {
                await ScalarAsync(connectionString, "select 1");
                return;
            }
            catch (NpgsqlException exception) when (exception is not PostgresException || exception.SqlState == PostgresErrorCodes.CannotConnectNow)
            {
                await Task.Delay(20, Cancellation);
            }
        }
    }

    /// <summary>Starts a process as the user that the server runs as.</summary>
    public async Task<Process> RunAsServerUserAsync(params string[] command)
    {
        var account = await ServerAccount.OfAsync(Cluster, Cancellation);
        return Process.Start(Shell.Command([.. account.Prefix, .. command]))!; // started from a file name: never null
    }

    public void Dispose() => Directory.Delete(temporary, recursive: true);
}
