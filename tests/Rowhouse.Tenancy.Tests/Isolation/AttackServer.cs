using Rowhouse.Testing;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Embedded;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Tests.Embedded;
using Rowhouse.Tenancy.Tests.Notes;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>Every attack in every way. One after the other: all of a way share one ground, and planted damage is taken back.</summary>
[CollectionDefinition]
public sealed class AttackMatrix : ICollectionFixture<AttackServer>;

/// <summary>
/// A server with the grounds of all ways. One of its own: the logins of homes are members of the installation's group, which
/// the verification of a database on the same server takes for strangers.
/// </summary>
public sealed class AttackServer : IAsyncLifetime
{
    private const string Template = "sample";

    private readonly ServerFolder folder = new();
    private readonly RolePasswords passwords = RolePasswords.Generate();
    private readonly Dictionary<Way, AttackGround> grounds = [];
    private EmbeddedPostgres? server;
    private int databases;

    /// <summary>A connection string of the superuser.</summary>
    public string Admin => server?.Administrator ?? throw new InvalidOperationException("Not started.");

    /// <summary>Whether the server can count statements, which is an extension that is not always there.</summary>
    public bool CountsStatements { get; private set; }

    public async ValueTask InitializeAsync()
    {
        server = await folder.StartAsync();
        CountsStatements = await NotesHost.ScalarAsync<bool>(Admin, "SELECT exists (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements')");
        if (CountsStatements)
        {
            await NotesHost.ExecuteAsync(Admin, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
            await server.DisposeAsync();
            server = await folder.StartAsync();
        }

        await NotesHost.MigrateAsync(await EnsureAsync(Template));
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>The ground of a way, with nothing on it that other attacks left.</summary>
    public async Task<AttackGround> OnAsync(Way way)
    {
        if (!grounds.TryGetValue(way, out var ground))
        {
            grounds[way] = ground = await MakeAsync(way);
        }

        await ground.ResetAsync();
        return ground;
    }

    /// <summary>A ground that is nobody else's, for damage that stays.</summary>
    public async Task<AttackGround> MakeAsync(Way way)
    {
        if (way.ToString().EndsWith("Pooler", StringComparison.Ordinal) && !PgBouncer.IsInstalled && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip("pgbouncer is not installed (Debian and Ubuntu: apt-get install pgbouncer).");
        }

        var ground = way switch
        {
            Way.Shared or Way.SharedThroughPooler => await AttackGround.MakeAsync(way, await StoreAsync(), null, SuperuserOf),
            Way.AttackersHome or Way.AttackersHomeThroughPooler => await AttackGround.MakeAsync(way, await HomeAsync(), await StoreAsync(), SuperuserOf),
            _ => await AttackGround.MakeAsync(way, await HomeAsync(), null, SuperuserOf),
        };
        await ground.ResetAsync();
        return ground;
    }

    /// <summary>A shared store.</summary>
    public async Task<PostgresConnections> StoreAsync()
    {
        var name = $"attack_{++databases}";
        await NotesHost.ExecuteAsync(Admin, $"CREATE DATABASE {name} TEMPLATE {Template} OWNER {RoleNames.Default.Owner} STRATEGY file_copy");
        return await EnsureAsync(name);
    }

    /// <summary>A home of one tenant: a database whose only request login is its own, a member of the group of tenants' tables.</summary>
    public async Task<PostgresConnections> HomeAsync()
    {
        var connections = await StoreAsync();
        var application = new NpgsqlConnectionStringBuilder(connections.Application);
        var login = $"rowhouse_home_{databases}";
        var password = passwords.Application;
        await NotesHost.ExecuteAsync(Admin, $"""
            CREATE ROLE {login} LOGIN PASSWORD '{password}' IN ROLE {RoleNames.Default.Tenants};
            REVOKE CONNECT ON DATABASE {application.Database} FROM {RoleNames.Default.Application};
            GRANT CONNECT ON DATABASE {application.Database} TO {login};
            """);
        return connections with { Application = new NpgsqlConnectionStringBuilder(connections.Application) { Username = login, Password = password }.ConnectionString };
    }

    /// <summary>A superuser's connection string to a database.</summary>
    public string SuperuserOf(PostgresConnections connections) =>
        new NpgsqlConnectionStringBuilder(Admin) { Database = new NpgsqlConnectionStringBuilder(connections.Application).Database, Pooling = true }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        foreach (var ground in grounds.Values)
        {
            await ground.DisposeAsync();
        }

        if (server is not null)
        {
            await server.DisposeAsync();
        }

        folder.Dispose();
    }

    private Task<PostgresConnections> EnsureAsync(string database) => DatabaseRoles.EnsureAsync(Admin, new(database), RoleNames.Default, passwords);
}
