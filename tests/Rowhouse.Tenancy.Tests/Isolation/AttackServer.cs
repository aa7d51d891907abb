using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Testing;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Embedded;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Tests.Embedded;
using Rowhouse.Tenancy.Tests.Notes;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>Every attack in every way. One after the other: all of a way share one ground, and planted damage is taken back.</summary>
[CollectionDefinition]
public sealed class AttackMatrix : ICollectionFixture<AttackServer>;

/// <summary>
/// A server with the grounds of all ways. One of its own: what owners and superusers plant for an attack, roles among it, would disturb others.
/// </summary>
public sealed class AttackServer : IAsyncLifetime
{
    private const string Template = "sample";

    private readonly ServerFolder folder = new();
    private readonly RolePasswords passwords = RolePasswords.Generate();
    private readonly Dictionary<Way, AttackGround> grounds = [];
    private EmbeddedPostgres? server;
    private int databases;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

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

    /// <summary>A home of one tenant, as they are made.</summary>
    public async Task<PostgresConnections> HomeAsync()
    {
        var connections = await StoreAsync();
        var home = RoleNames.Default.HomeOf(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));
        var password = HomeMaker.MakePassword();
        using var schema = NotesHost.Build(connections, migrate: false);
        var migrations = schema.Services.GetRequiredService<SqlMigrations>();
        await new HomeTemplate(migrations, schema.Services.GetRequiredService<TenantModels>(), connections.Roles, HomeStore.Of(connections)).EnsureAsync(Cancelled);
        await using var provisioner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connections.Provisioner) { Pooling = false }.ConnectionString);
        await provisioner.OpenAsync(Cancelled);
        var maker = new HomeMaker(provisioner, RoleNames.Default, migrations);
        await maker.EnsureLoginAsync(home, password, Cancelled);
        await maker.EnsureDatabaseAsync(home, Cancelled);
        return connections with
        {
            Application = In(connections.Application, login => (login.Username, login.Password) = (home, password)),
            Platform = In(connections.Platform),
            Owner = In(connections.Owner!), // the roles were just made with it
        };

        string In(string connection, Action<NpgsqlConnectionStringBuilder>? change = null)
        {
            var builder = new NpgsqlConnectionStringBuilder(connection) { Database = home };
            change?.Invoke(builder);
            return builder.ConnectionString;
        }
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
