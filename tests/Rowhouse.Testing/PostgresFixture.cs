using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Testing;

/// <summary>
/// Fresh databases on a private PostgreSQL server that all tests of this process share. Use it as a class or assembly
/// fixture; the server (<see cref="TestServer"/>) starts with the first database.
/// </summary>
/// <remarks>Without PostgreSQL on the machine a test is skipped, and fails where <c>CI=true</c>.</remarks>
public sealed class PostgresFixture
{
    private static readonly RolePasswords Passwords = RolePasswords.Generate();
    private static readonly SemaphoreSlim OneTemplate = new(1);
    private static readonly HashSet<string> Templates = [];
    private static int databases;

    /// <summary>A connection string of the server's superuser, to its database <c>postgres</c>.</summary>
    public Task<string> AdminAsync() => TestServer.AdministratorAsync();

    /// <summary>A connection string of the superuser to the database of another one, without pooling.</summary>
    /// <param name="connectionString">Any role's to that database.</param>
    public async Task<string> SuperuserAsync(string connectionString) =>
        new NpgsqlConnectionStringBuilder(await AdminAsync()) { Database = new NpgsqlConnectionStringBuilder(connectionString).Database, Pooling = false }.ConnectionString;

    /// <summary>A store with roles and rights, and nothing in it.</summary>
    /// <param name="withControl">Whether there is a control database beside it.</param>
    public async Task<PostgresConnections> CreateDatabaseAsync(bool withControl = false) =>
        await DatabaseRoles.EnsureAsync(await AdminAsync(), Names(NextName(), withControl), RoleNames.Default, Passwords);

    /// <summary>
    /// A copy of a template, which is prepared once per process: migrating costs a second, copying a tenth of it.
    /// </summary>
    /// <param name="template">Names the template: lower-case letters and underscores.</param>
    /// <param name="prepareAsync">Fills the template and leaves no connection open.</param>
    /// <param name="withControl">Whether there is a control database beside the store.</param>
    public async Task<PostgresConnections> CreateDatabaseAsync(string template, Func<PostgresConnections, Task> prepareAsync, bool withControl = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(template);
        ArgumentNullException.ThrowIfNull(prepareAsync);
        var admin = await AdminAsync();
        await OneTemplate.WaitAsync();
        try
        {
            if (!Templates.Contains(template))
            {
                await prepareAsync(await DatabaseRoles.EnsureAsync(admin, Names(template, withControl), RoleNames.Default, Passwords));
                NpgsqlConnection.ClearAllPools();
                Templates.Add(template);
            }

            var names = Names(NextName(), withControl);
            await CopyAsync(admin, template, names.Store);
            if (names.Control is { } control)
            {
                await CopyAsync(admin, Names(template, withControl).Control!, control); // it has one like the copy
            }

            // A copy has the template's schemas, but not its rights to connect.
            return await DatabaseRoles.EnsureAsync(admin, names, RoleNames.Default, Passwords);
        }
        finally
        {
            OneTemplate.Release();
        }
    }

    private static async Task CopyAsync(string admin, string template, string name)
    {
        await using var connection = new NpgsqlConnection(admin);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"create database {name} template {template} owner {RoleNames.Default.Owner} strategy file_copy", connection);
        await create.ExecuteNonQueryAsync();
    }

    private static DatabaseNames Names(string store, bool withControl) => new(store, withControl ? $"{store}_control" : null);

    private static string NextName() => $"test_{Interlocked.Increment(ref databases)}";
}
