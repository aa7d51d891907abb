using Npgsql;
using Rowhouse.Tenancy.Postgres.Hosting;

namespace Rowhouse.Tenancy.Postgres.Homes;

/// <summary>
/// A store of dedicated homes: a database server, and how to reach it. The roles there are called as the installation's, with passwords of their own. Where its
/// connection strings name several hosts, they lead to whichever is the primary.
/// </summary>
public sealed record HomeStore
{
    /// <summary>What the store is called.</summary>
    public required string Name { get; init; }

    /// <summary>A connection string of the platform's role, never through a pooler. Homes are reached at the same address, in logins of their own.</summary>
    public required string Platform { get; init => field = SeveralHosts.ToPrimary(value); }

    /// <summary>A connection string of the provisioner's role, never through a pooler: to make and remove homes.</summary>
    /// <value><see langword="null"/> where this process may not.</value>
    public string? Provisioner { get; init => field = SeveralHosts.ToPrimary(value); }

    /// <summary>A connection string of the owner's role, never through a pooler: to make the template of homes, and to migrate them.</summary>
    /// <value><see langword="null"/> where this process may not.</value>
    public string? Owner { get; init => field = SeveralHosts.ToPrimary(value); }

    /// <summary>A connection string of the mover's role, never through a pooler: for moving tenants. Nothing uses it yet.</summary>
    /// <value><see langword="null"/> where this process may not.</value>
    public string? Mover { get; init => field = SeveralHosts.ToPrimary(value); }

    /// <summary>Why this process does not know how the store is reached; then none of its connections is said.</summary>
    /// <value><see langword="null"/> where it does.</value>
    public string? Unreadable { get; init; }

    /// <summary>The store that every installation has: the server of the shared store.</summary>
    /// <param name="connections">How the installation's databases are reached.</param>
    public static HomeStore Of(PostgresConnections connections)
    {
        ArgumentNullException.ThrowIfNull(connections);

        // Around any pooler: it does not know the logins of homes.
        var direct = new NpgsqlConnectionStringBuilder(connections.ControlDirect ?? connections.Application);
        return new()
        {
            Name = Placement.DedicatedStore,
            Platform = new NpgsqlConnectionStringBuilder(connections.Platform) { Host = direct.Host, Port = direct.Port }.ConnectionString,
            Provisioner = connections.Provisioner,
            Owner = connections.Owner,
            Mover = connections.Mover,
        };
    }

    /// <summary>The store's name, without what leads to it: a record would write passwords into whatever log it meets.</summary>
    public override string ToString() => Name;
}
