using System.Collections.Concurrent;
using System.Data;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Hosting;
using Rowhouse.Tenancy.Postgres.Roles;

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

    // Whoever looks into many homes does not wait long for one.
    private const int SecondsToConnect = 5;

    private const int KeepAliveSeconds = 10;

    // What is kept open and does not answer at once is no gain.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Store, string Database), Kept> kept = [];
    private readonly ConcurrentQueue<NpgsqlDataSource> retired = [];
    private readonly ConcurrentDictionary<(TenantId Tenant, Placement Home), Source> sources = [];

    /// <summary>A new connection to where the tenant's rows are, closed.</summary>
    /// <exception cref="InvalidOperationException">Its store is not known here.</exception>
    public NpgsqlConnection Connect(Tenant tenant) => PoolsOf(tenant).Primary.CreateConnection();

    /// <summary>The same to a standby of the store, where it has one: for reads that may lag.</summary>
    /// <exception cref="InvalidOperationException">Its store is not known here.</exception>
    public NpgsqlConnection ConnectReplica(Tenant tenant) => PoolsOf(tenant).Replica.CreateConnection();

    private HostPools PoolsOf(Tenant tenant) => tenant.Placement switch
    {
        { Kind: PlacementKind.Dedicated } home => SourceOf(tenant.Id, home),
        { Store: Placement.SharedStore } => store.Applications,
        var other => throw new InvalidOperationException($"There is one store of public tenants, {Placement.SharedStore}, and not {other.Store}."),
    };

    /// <summary>
    /// Lets nobody work on a connection that is open to the store of a home, where one has broken: as a rule the server was away, and all have. Each pool
    /// would find out for itself, and what is written then cannot be done again.
    /// </summary>
    public void Renew(Placement? home)
    {
        foreach (var (_, source) in sources.Where(source => source.Key.Home.Store == home?.Store))
        {
            source.Pools.Primary.Clear();
        }
    }

    /// <summary>A connection in the platform's role to the database of a home, closed. It is in no pool: who works with it soon leaves, so that the home can be removed.</summary>
    public NpgsqlConnection ConnectPlatform(Placement home) => home.Kind is PlacementKind.Shared
        ? store.Platform.CreateConnection()
        : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Homes.FindStore(home.Store).Platform) { Database = home.Database, Pooling = false, Timeout = SecondsToConnect, KeepAlive = KeepAliveSeconds }.ConnectionString);

    /// <summary>An open connection in the platform's role to the database of a home; the caller's own, in no pool. One that was kept open for it is taken.</summary>
    public async ValueTask<NpgsqlConnection> OpenPlatformAsync(Placement home, CancellationToken cancellationToken)
    {
        if (kept.TryRemove((home.Store, home.Database), out var ready))
        {
            var isUsed = false;
            try
            {
                isUsed = ReferenceEquals(ready.Store, Homes.FindStore(home.Store)) && await AnswersAsync(ready.Connection, cancellationToken).ConfigureAwait(false);
                if (isUsed)
                {
                    return ready.Connection;
                }
            }
            finally
            {
                if (!isUsed)
                {
                    await ready.Connection.DisposeAsync().ConfigureAwait(false);
                }
            }
        }

        var connection = ConnectPlatform(home);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Keeps connections open to homes of a store that are asked for next, and closes those to its others.</summary>
    public async Task KeepOpenAsync(string store, IReadOnlyCollection<Placement> next, CancellationToken cancellationToken)
    {
        foreach (var one in kept.Where(one => one.Key.Store == store && !(next.Any(home => home.Database == one.Key.Database) && IsWhole(one.Value))))
        {
            if (kept.TryRemove(one))
            {
                await one.Value.Connection.DisposeAsync().ConfigureAwait(false);
            }
        }

        foreach (var home in next.Where(home => !kept.ContainsKey((store, home.Database))))
        {
            var opened = new Kept(Homes.FindStore(store), await OpenPlatformAsync(home, cancellationToken).ConfigureAwait(false));
            if (!kept.TryAdd((store, home.Database), opened))
            {
                await opened.Connection.DisposeAsync().ConfigureAwait(false);
            }
        }

        bool IsWhole(Kept one) => one.Connection.State is ConnectionState.Open && ReferenceEquals(one.Store, Homes.FindStore(store));
    }

    private static async Task<bool> AnswersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(LongestAnswer);
        try
        {
            await connection.ExecuteAsync("SELECT 1", time.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is NpgsqlException or InvalidOperationException or OperationCanceledException)
        {
            return false;
        }
    }

    private IDedicatedHomes Homes => field ??= services.GetRequiredService<IDedicatedHomes>();

    public async ValueTask DisposeAsync()
    {
        foreach (var one in kept.Values)
        {
            await one.Connection.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var pool in sources.Values.Select(source => source.Pools.Primary).Concat(retired))
        {
            await pool.DisposeAsync().ConfigureAwait(false);
        }
    }

    private HostPools SourceOf(TenantId tenant, Placement home)
    {
        while (true)
        {
            var at = Homes.FindStore(home.Store);
            var known = sources.GetValueOrDefault((tenant, home));
            if (known is not null && ReferenceEquals(known.Store, at))
            {
                return known.Pools;
            }

            // Its store is at another address now: what is open at the old one is closed as it is given back, and not under whoever works with it.
            var made = new Source(at, MakePool(tenant, home, at));
            if (known is null ? sources.TryAdd((tenant, home), made) : sources.TryUpdate((tenant, home), made, known))
            {
                if (known is not null)
                {
                    known.Pools.Primary.Clear();
                    retired.Enqueue(known.Pools.Primary);
                }

                return made.Pools;
            }

            made.Pools.Primary.Dispose();
        }
    }

    private HostPools MakePool(TenantId tenant, Placement home, HomeStore at)
    {
        var homes = Homes;
        var address = new NpgsqlConnectionStringBuilder(at.Platform)
        {
            Username = home.Database,
            Password = null,
            Database = home.Database,
            Pooling = true,
            MaxPoolSize = MostConnections,
            ConnectionIdleLifetime = IdleSeconds,
        };
        var source = new NpgsqlDataSourceBuilder(store.Prepare(address.ConnectionString));

        // Reading the types of each database anew would double the time that its first connection takes; homes have PostgreSQL's own types alone.
        source.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        source.UsePasswordProvider(
            _ => homes.GetPasswordAsync(tenant, home).AsTask().GetAwaiter().GetResult(), // whoever opens like this waits anyhow
            async (_, cancellationToken) => await homes.GetPasswordAsync(tenant, home, cancellationToken).ConfigureAwait(false));
        return SeveralHosts.Build(source);
    }

    private sealed record Kept(HomeStore Store, NpgsqlConnection Connection);

    private sealed record Source(HomeStore Store, HostPools Pools);
}
