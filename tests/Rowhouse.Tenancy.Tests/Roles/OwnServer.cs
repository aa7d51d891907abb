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

    public Task<PostgresConnections> CreateDatabaseAsync() => DatabaseRoles.EnsureAsync(Admin, $"test_{++databases}", passwords);

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        folder.Dispose();
    }
}
