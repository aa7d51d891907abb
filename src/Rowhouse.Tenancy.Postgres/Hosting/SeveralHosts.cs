using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Hosting;

/// <summary>
/// A connection string that names several hosts: a primary and its standbys, in any order. It leads to whichever is the primary at the time, also after a
/// failover.
/// </summary>
internal static class SeveralHosts
{
    // For so long is believed what a host was seen to be; after a failover nobody gets further before.
    private const int RecheckSeconds = 1;

    /// <summary>Whether a connection string names several hosts.</summary>
    public static bool In(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Host?.Contains(',', StringComparison.Ordinal) is true;

    /// <summary>The connection string, leading to the primary.</summary>
    /// <param name="connectionString">One of one host or several.</param>
    public static string ToPrimary(string connectionString) => In(connectionString)
        ? new NpgsqlConnectionStringBuilder(connectionString) { TargetSessionAttributes = "primary", HostRecheckSeconds = RecheckSeconds }.ConnectionString
        : connectionString;

    /// <summary>Connections of a pool, or of none, to the primary.</summary>
    /// <param name="connectionString">How they are made.</param>
    public static NpgsqlDataSource Build(string connectionString) => Build(new NpgsqlDataSourceBuilder(connectionString)).Primary;

    /// <summary>Connections to the primary, and such to a standby, or where there is none to the primary.</summary>
    /// <param name="builder">How they are made.</param>
    public static HostPools Build(NpgsqlDataSourceBuilder builder)
    {
        if (!In(builder.ConnectionString))
        {
            var one = builder.Build();
            return new(one, one);
        }

        // Of several hosts the driver makes a source without a target first.
        builder.ConnectionStringBuilder.TargetSessionAttributes = null;
        builder.ConnectionStringBuilder.LoadBalanceHosts = true; // of several standbys each gets its share
        var all = builder.BuildMultiHost();
        return new(all.WithTargetSession(TargetSessionAttributes.Primary), all.WithTargetSession(TargetSessionAttributes.PreferStandby));
    }
}

/// <summary>Where connections lead that are made from one connection string. Both have one pool for each host.</summary>
/// <param name="Primary">To the primary.</param>
/// <param name="Replica">To a standby, as long as there is one.</param>
internal sealed record HostPools(NpgsqlDataSource Primary, NpgsqlDataSource Replica);
