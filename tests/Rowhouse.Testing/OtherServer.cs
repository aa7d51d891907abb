using Npgsql;
using Rowhouse.Tenancy.Postgres.Embedded;

namespace Rowhouse.Testing;

/// <summary>A PostgreSQL server beside the one that all tests share, with nothing in it: somewhere else for homes to be. It can be stopped and started again.</summary>
public sealed class OtherServer : IAsyncDisposable
{
    private readonly string folder;
    private EmbeddedPostgres server;

    private OtherServer(string folder, EmbeddedPostgres server)
    {
        this.folder = folder;
        this.server = server;
    }

    /// <summary>A connection string of its superuser, to its database <c>postgres</c>.</summary>
    public string Administrator => new NpgsqlConnectionStringBuilder(server.Administrator) { Pooling = false }.ConnectionString;

    /// <summary>Starts one.</summary>
    public static async Task<OtherServer> StartAsync()
    {
        await TestServer.AdministratorAsync(); // which skips the test where there is no PostgreSQL, and removes what a killed run left
        var own = Directory.CreateTempSubdirectory(TestServer.Prefix).FullName;
        File.SetUnixFileMode(own, File.GetUnixFileMode(own) | UnixFileMode.OtherExecute); // the server's user has to get through
        var other = new OtherServer(own, await RunAsync(own));

        // The databases that an installation would have: here is none.
        await other.ScalarAsync("DROP DATABASE first");
        return other;
    }

    /// <summary>Stops it, does something, and starts it again where it was, with the same passwords.</summary>
    public async Task WithoutAsync(Func<Task> doAsync)
    {
        ArgumentNullException.ThrowIfNull(doAsync);
        var passwords = await ScalarAsync("SELECT string_agg(format('ALTER ROLE %I PASSWORD %L', rolname, rolpassword), ';') FROM pg_authid WHERE rolname LIKE 'rowhouse%' AND rolpassword IS NOT NULL");
        await ScalarAsync("CHECKPOINT"); // a server that flushes nothing is ended as by a crash, and would lose what was committed last
        await server.DisposeAsync();
        try
        {
            await doAsync();
        }
        finally
        {
            server = await RunAsync(folder);

            // A server that starts gives its roles the passwords of its folder.
            await ScalarAsync((string)passwords!); // it has roles
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Administrator);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static Task<EmbeddedPostgres> RunAsync(string dataFolder) => EmbeddedPostgres.StartAsync(new() { DataFolder = dataFolder, Databases = new("first"), Durable = false, MaxConnections = 100 });
}
