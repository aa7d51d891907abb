using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Hosting;

/// <summary>
/// A connection string that names several hosts: a primary and its standbys, in any order. It leads to whichever is the primary at the time, also after a
/// failover.
/// </summary>
internal static class SeveralHosts
{
    // For so long is believed what a host was seen to be: after a failover nobody gets further before, and one that is gone is asked again so often.
    private const int RecheckSeconds = 3;

    // For so long it is waited for a host that is silent, each time that it is asked, where the connection string does not say.
    private const int Timeout = 2;

    /// <summary>Whether a connection string names several hosts.</summary>
    public static bool In(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Host?.Contains(',', StringComparison.Ordinal) is true;

    /// <summary>The connection string, leading to the primary.</summary>
    /// <param name="connectionString">One of one host or several.</param>
    [return: NotNullIfNotNull(nameof(connectionString))]
    public static string? ToPrimary(string? connectionString) => connectionString switch
    {
        null => null,
        _ when In(connectionString) => LeadToPrimary(new(connectionString)),

        // The driver takes a target for several hosts alone.
        _ when new NpgsqlConnectionStringBuilder(connectionString) is { TargetSessionAttributes: not null } one => Without(one),
        _ => connectionString,
    };

    private static string LeadToPrimary(NpgsqlConnectionStringBuilder several)
    {
        several.TargetSessionAttributes = "primary";
        several.HostRecheckSeconds = RecheckSeconds;
        if (!several.ContainsKey("Timeout"))
        {
            several.Timeout = Timeout;
        }

        return several.ConnectionString;
    }

    private static string Without(NpgsqlConnectionStringBuilder one)
    {
        one.TargetSessionAttributes = null;
        return one.ConnectionString;
    }

    /// <summary>Connections of a pool, or of none, to the primary.</summary>
    /// <param name="connectionString">How they are made.</param>
    public static NpgsqlDataSource BuildPrimary(string connectionString) => Build(new NpgsqlDataSourceBuilder(connectionString)).Primary;

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
        var all = builder.BuildMultiHost();
        return new(all.WithTargetSession(TargetSessionAttributes.Primary), all.WithTargetSession(TargetSessionAttributes.PreferStandby));
    }
}
