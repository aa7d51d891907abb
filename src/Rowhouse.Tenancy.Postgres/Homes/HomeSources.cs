using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Homes;

/// <summary>
/// Finds a tenant's home: connections to the shared store in the application's role, and to a dedicated home in the login of its own, which may enter no other. A home's
/// pool is made at its first use, and finding it again is a look-up in memory.
/// </summary>
internal sealed class HomeSources(PostgresStore store, IServiceProvider services) : IAsyncDisposable
{
    // For one tenant, beside thousands of others on the same server.
    private const int MostConnections = 16;
    private const int IdleSeconds = 10;

    private readonly ConcurrentDictionary<(TenantId Tenant, Placement Home), NpgsqlDataSource> sources = [];

    /// <summary>A new connection to where the tenant's rows are, closed.</summary>
    public NpgsqlConnection Connect(Tenant tenant) => (tenant.Placement.Kind is PlacementKind.Shared ? store.Application : SourceOf(tenant.Id, tenant.Placement)).CreateConnection();

    /// <summary>A connection in the platform's role to the database of a home, closed. It is in no pool: the platform looks into dedicated homes seldom and soon leaves, so that they can be removed.</summary>
    public NpgsqlConnection ConnectPlatform(Placement home) => home.Kind is PlacementKind.Shared ? store.Platform.CreateConnection() : new NpgsqlConnection(AddressOf(home, store.Connections.Platform, pooling: false).ConnectionString);

    public async ValueTask DisposeAsync()
    {
        foreach (var source in sources.Values)
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private NpgsqlDataSource SourceOf(TenantId tenant, Placement home)
    {
        if (sources.TryGetValue((tenant, home), out var known))
        {
            return known;
        }

        var made = MakeSource(tenant, home);
        var kept = sources.GetOrAdd((tenant, home), made);
        if (kept != made)
        {
            made.Dispose();
        }

        return kept;
    }

    private NpgsqlDataSource MakeSource(TenantId tenant, Placement home)
    {
        var homes = services.GetRequiredService<IDedicatedHomes>();
        var address = AddressOf(home, store.Connections.Application, pooling: true);
        address.Username = home.Database;
        address.Password = null;
        address.MaxPoolSize = MostConnections;
        address.ConnectionIdleLifetime = IdleSeconds;
        var source = new NpgsqlDataSourceBuilder(store.Prepare(address.ConnectionString));

        // Reading the types of each database anew would double the time that its first connection takes; homes have PostgreSQL's own types alone.
        source.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        source.UsePasswordProvider(
            _ => homes.GetPasswordAsync(tenant, home).AsTask().GetAwaiter().GetResult(), // whoever opens like this waits anyhow
            async (_, cancellationToken) => await homes.GetPasswordAsync(tenant, home, cancellationToken).ConfigureAwait(false));
        return source.Build();
    }

    // Around any pooler: it does not know the logins of homes.
    private NpgsqlConnectionStringBuilder AddressOf(Placement home, string role, bool pooling)
    {
        var direct = new NpgsqlConnectionStringBuilder(store.Connections.ControlDirect ?? store.Connections.Application);
        return new(role) { Host = direct.Host, Port = direct.Port, Database = home.Database, Pooling = pooling };
    }
}
