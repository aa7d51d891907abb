using Npgsql;
using Rowhouse.Tenancy.Postgres.Embedded;

namespace Rowhouse.Testing;

/// <summary>Starts throw-away servers, and removes what killed test runs left of theirs.</summary>
internal static class TestServer
{
    private const string Prefix = "rowhouse-test-";

    // How a test says to xunit, from wherever it is, that it cannot run here.
    private const string Skip = "$XunitDynamicSkip$";

    /// <summary>Starts a server that goes with this process.</summary>
    /// <returns>A connection string of its superuser.</returns>
    public static async Task<string> StartAsync()
    {
        RemoveLeftovers();
        var folder = Directory.CreateTempSubdirectory(Prefix).FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute); // the server's user has to get through
        try
        {
            var server = await EmbeddedPostgres.StartAsync(new() { DataFolder = folder, Databases = new("first"), Durable = false, MaxConnections = 500 });
            AppDomain.CurrentDomain.ProcessExit += (_, _) =>
            {
                server.DisposeAsync().AsTask().GetAwaiter().GetResult();
                Directory.Delete(folder, recursive: true);
            };
            return new NpgsqlConnectionStringBuilder(server.Administrator) { IncludeErrorDetail = true }.ConnectionString;
        }
        catch (PostgresNotFoundException exception) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Directory.Delete(folder, recursive: true);
            throw new InvalidOperationException(Skip + exception.Message, exception);
        }
    }

    private static void RemoveLeftovers()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = Path.Combine(folder, "postgres", "owner.lock");
            try
            {
                if (File.Exists(owner))
                {
                    using (new FileStream(owner, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                    {
                        Directory.Delete(folder, recursive: true);
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // In use, or somebody else's.
            }
        }
    }
}
