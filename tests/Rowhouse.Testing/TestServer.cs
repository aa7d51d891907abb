using Npgsql;
using Rowhouse.Tenancy.Postgres.Embedded;

namespace Rowhouse.Testing;

/// <summary>
/// The throw-away server of this process. As an assembly fixture it is stopped and removed after the last test; what a
/// killed run left is removed by the next one.
/// </summary>
/// <remarks>
/// Not at the process's exit: removing the files of hundreds of databases may take longer than the ten seconds that
/// xunit gives a process to end.
/// </remarks>
public sealed class TestServer : IAsyncDisposable
{
    internal const string Prefix = "rowhouse-test-";

    // How a test says to xunit, from wherever it is, that it cannot run here.
    private const string Skip = "$XunitDynamicSkip$";

    private static readonly Lazy<Task<(EmbeddedPostgres Server, string Folder)>> Started = new(StartAsync);

    /// <summary>Starts the server, unless it runs.</summary>
    /// <returns>A connection string of its superuser.</returns>
    internal static async Task<string> AdministratorAsync() =>
        new NpgsqlConnectionStringBuilder((await Started.Value).Server.Administrator) { IncludeErrorDetail = true }.ConnectionString;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Started.IsValueCreated && Started.Value.IsCompletedSuccessfully)
        {
            var (server, folder) = await Started.Value;
            await server.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(EmbeddedPostgres Server, string Folder)> StartAsync()
    {
        RemoveLeftovers();
        var folder = Directory.CreateTempSubdirectory(Prefix).FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute); // the server's user has to get through
        try
        {
            return (await EmbeddedPostgres.StartAsync(new() { DataFolder = folder, Databases = new("first"), Durable = false, MaxConnections = 500 }), folder);
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
