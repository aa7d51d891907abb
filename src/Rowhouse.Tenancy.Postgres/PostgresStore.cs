using Npgsql;
using Rowhouse.Tenancy.Postgres.Hosting;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// The databases that this host works on. Opened once at start, when the server may still have to be started;
/// the data sources exist from then on.
/// </summary>
public sealed class PostgresStore : IAsyncDisposable
{
    private HostPools? application;
    private NpgsqlDataSource? platform;
    private NpgsqlDataSource? control;
    private NpgsqlDataSource? provisioner;
    private NpgsqlDataSource? mover;
    private PostgresConnections? connections;

    /// <summary>Whether the store is open.</summary>
    public bool IsOpen => connections is not null;

    /// <summary>How the databases are reached.</summary>
    /// <exception cref="InvalidOperationException">The store is not open yet.</exception>
    public PostgresConnections Connections => connections ?? throw NotOpen();

    /// <summary>Connections of the application's role.</summary>
    /// <exception cref="InvalidOperationException">The store is not open yet.</exception>
    public NpgsqlDataSource Application => ApplicationPools.Primary;

    /// <summary>The same to the primary, and to a standby for reads that may lag.</summary>
    internal HostPools ApplicationPools => application ?? throw NotOpen();

    /// <summary>Connections of the platform's role.</summary>
    /// <exception cref="InvalidOperationException">The store is not open yet.</exception>
    public NpgsqlDataSource Platform => platform ?? throw NotOpen();

    /// <summary>Connections of the platform's role to the control database.</summary>
    /// <exception cref="InvalidOperationException">The store is not open yet, or this application has no control database.</exception>
    public NpgsqlDataSource Control => control ?? throw (IsOpen ? new InvalidOperationException("This application has no control database.") : NotOpen());

    /// <summary>The connections that a server works over, each with the role that it has to work in.</summary>
    internal IReadOnlyList<WorkingConnection> Working =>
    [
        new(ConfiguredConnections.Application, Application, Connections.Roles.Application),
        new(ConfiguredConnections.Platform, Platform, Connections.Roles.Platform),
        .. control is null ? [] : new[] { new WorkingConnection(ConfiguredConnections.Control, control, Connections.Roles.Platform) },
        .. provisioner is null ? [] : new[] { new WorkingConnection(ConfiguredConnections.Provisioner, provisioner, Connections.Roles.Provisioner) },
        .. mover is null ? [] : new[] { new WorkingConnection(ConfiguredConnections.Mover, mover, Connections.Roles.Mover) },
    ];

    /// <summary>Opens the store. The first connection is made by its first use.</summary>
    /// <param name="connections">How the databases are reached.</param>
    /// <exception cref="InvalidOperationException">The store is open already.</exception>
    public void Open(PostgresConnections connections)
    {
        ArgumentNullException.ThrowIfNull(connections);
        if (this.connections is not null)
        {
            throw new InvalidOperationException("The store is open already.");
        }

        this.connections = connections;
        application = SeveralHosts.Build(new NpgsqlDataSourceBuilder(Prepare(connections.Application)));
        platform = SeveralHosts.BuildPrimary(Prepare(connections.Platform));
        control = connections.Control is { } own ? SeveralHosts.BuildPrimary(Prepare(own)) : null;
        provisioner = WithoutPool(connections.Provisioner);
        mover = WithoutPool(connections.Mover);

        // Asked who they are, and no more: what works in these roles opens connections of its own.
        static NpgsqlDataSource? WithoutPool(string? connection) => connection is null ? null : SeveralHosts.BuildPrimary(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString);
    }

    /// <summary>A connection string with how statements are kept over it: as the tenant is bound, which is the same for all homes.</summary>
    internal string Prepare(string connectionString) => Connections.ThroughPooler ? ForPooler(connectionString) : ForDirect(connectionString);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var source in new[] { application?.Primary, platform, control, provisioner, mover }.OfType<NpgsqlDataSource>())
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Every hot statement stays prepared: an eviction costs as much as not preparing. The kernel sets nothing
    // session-level, so the reset on return, which costs 30 to 40 microseconds a request, has nothing to reset.
    private static string ForDirect(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 300, AutoPrepareMinUsages = 2, NoResetOnClose = true }.ConnectionString;

    private static string ForPooler(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 0, NoResetOnClose = true }.ConnectionString;

    private static InvalidOperationException NotOpen() => new("The store is not open yet: it opens when the host starts.");
}
