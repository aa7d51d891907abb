using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Embedded;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Tests.Embedded;

namespace Rowhouse.Tenancy.Tests.Roles;

/// <summary>A server of one test class: roles belong to the server, and what these tests do to them would disturb others.</summary>
public sealed class OwnServer : IAsyncLifetime
{
    private readonly ServerFolder folder = new();
    private readonly RolePasswords passwords = RolePasswords.Generate();
    private EmbeddedPostgres? server;
    private int databases;

    /// <summary>A connection string of the superuser.</summary>
    public string Admin => server?.Administrator ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync() => server = await folder.StartAsync();

    /// <summary>The superuser's connection string to a database of the others, or that of a role whose password is its name.</summary>
    public string As(PostgresConnections connections, string user)
    {
        var admin = new NpgsqlConnectionStringBuilder(Admin) { Database = new NpgsqlConnectionStringBuilder(connections.Application).Database, Pooling = false };
        return (user == admin.Username ? admin : new(admin.ConnectionString) { Username = user, Password = user }).ConnectionString;
    }

    public Task<PostgresConnections> CreateDatabaseAsync(bool withControl = false)
    {
        var name = $"test_{++databases}";
        return DatabaseRoles.EnsureAsync(Admin, new(name, withControl ? $"{name}_control" : null), RoleNames.Default, passwords);
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        folder.Dispose();
    }
}
