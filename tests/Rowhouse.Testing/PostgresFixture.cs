using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Testing;

/// <summary>
/// Fresh databases on a private PostgreSQL server that all tests of this process share. Use it as a class or assembly
/// fixture; the server starts with the first database and goes with the process, however that ends.
/// </summary>
/// <remarks>Without PostgreSQL on the machine a test is skipped, and fails where <c>CI=true</c>.</remarks>
public sealed class PostgresFixture
{
    private static readonly Lazy<Task<string>> Server = new(TestServer.StartAsync);
    private static readonly RolePasswords Passwords = RolePasswords.Generate();
    private static readonly SemaphoreSlim OneTemplate = new(1);
    private static readonly HashSet<string> Templates = [];
    private static int databases;

    /// <summary>A connection string of the server's superuser, to its database <c>postgres</c>.</summary>
    public Task<string> AdminAsync() => Server.Value;

    /// <summary>A database with roles and rights, and nothing in it.</summary>
    public async Task<PostgresConnections> CreateDatabaseAsync() =>
        await DatabaseRoles.EnsureAsync(await AdminAsync(), NextName(), RoleNames.Default, Passwords);

    /// <summary>
    /// A copy of a template, which is prepared once per process: migrating costs a second, copying a tenth of it.
    /// </summary>
    /// <param name="template">Names the template: lower-case letters and underscores.</param>
    /// <param name="prepareAsync">Fills the template and leaves no connection open.</param>
    public async Task<PostgresConnections> CreateDatabaseAsync(string template, Func<PostgresConnections, Task> prepareAsync)
    {
        ArgumentException.ThrowIfNullOrEmpty(template);
        ArgumentNullException.ThrowIfNull(prepareAsync);
        var admin = await AdminAsync();
        await OneTemplate.WaitAsync();
        try
        {
            if (!Templates.Contains(template))
            {
                await prepareAsync(await DatabaseRoles.EnsureAsync(admin, template, RoleNames.Default, Passwords));
                NpgsqlConnection.ClearAllPools();
                Templates.Add(template);
            }

            var name = NextName();
            await using (var connection = new NpgsqlConnection(admin))
            {
                await connection.OpenAsync();
                await using var create = new NpgsqlCommand($"create database {name} template {template} owner {RoleNames.Default.Owner} strategy file_copy", connection);
                await create.ExecuteNonQueryAsync();
            }

            // A copy has the template's schemas, but not its rights to connect.
            return await DatabaseRoles.EnsureAsync(admin, name, RoleNames.Default, Passwords);
        }
        finally
        {
            OneTemplate.Release();
        }
    }

    private static string NextName() => $"test_{Interlocked.Increment(ref databases)}";
}
