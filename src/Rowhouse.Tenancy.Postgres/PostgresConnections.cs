using System.Globalization;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Hosting;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// How to reach the databases of an installation in each of the roles that Rowhouse works in: the shared store with
/// tenants' rows, and the control database, where there is a control plane. Where a connection string names several hosts, a primary and its standbys, it
/// leads to whichever is the primary: it then says <c>Target Session Attributes=primary</c>, <c>Host Recheck Seconds=3</c> and, where it says none, <c>Timeout=2</c>, whatever was set.
/// </summary>
public sealed record PostgresConnections
{
    /// <summary>What the roles are called. A connection that turns out to work as another one is refused.</summary>
    /// <value><see cref="RoleNames.Default"/></value>
    public RoleNames Roles { get; init; } = RoleNames.Default;

    /// <summary>As <see cref="RoleNames.Application"/>: requests and jobs, one tenant at a time. Owns nothing; row-level security holds for it.</summary>
    public required string Application { get; init => field = SeveralHosts.ToPrimary(value); }

    /// <summary>As <see cref="RoleNames.Platform"/>: the homes of tenants, and shared reference data.</summary>
    public required string Platform { get; init => field = SeveralHosts.ToPrimary(value); }

    /// <summary>As <see cref="RoleNames.Platform"/>, to the control database: tenants, people, sessions. No other working role may connect to it.</summary>
    /// <value><see langword="null"/> where there is no control plane.</value>
    public string? Control { get; init => field = SeveralHosts.ToPrimary(value); }

    /// <summary>As <see cref="Control"/>, never through a pooler: for listening, which one in transaction mode cannot do.</summary>
    /// <value><see cref="Control"/></value>
    public string? ControlDirect
    {
        get => field ?? Control;
        init => field = SeveralHosts.ToPrimary(value);
    }

    /// <summary>As <see cref="RoleNames.Owner"/>, never through a pooler: migrations only.</summary>
    /// <value><see langword="null"/> where this process may not migrate.</value>
    public string? Owner { get; init => field = SeveralHosts.ToPrimary(value); }

    /// <summary>As <see cref="Owner"/>, to the control database.</summary>
    /// <value><see langword="null"/> where there is none, or this process may not migrate.</value>
    public string? ControlOwner { get; init => field = SeveralHosts.ToPrimary(value); }

    /// <summary>As <see cref="RoleNames.Provisioner"/>, to the server's database <c>postgres</c>, never through a pooler: to make and remove dedicated homes.</summary>
    /// <value><see langword="null"/> where this process may not make homes; those that there are it serves all the same.</value>
    public string? Provisioner { get; init => field = SeveralHosts.ToPrimary(value); }

    /// <summary>As <see cref="RoleNames.Mover"/>, never through a pooler: to empty the homes of tenants that are deleted.</summary>
    /// <value><see langword="null"/> where this process empties none. With a control plane it does, and does not open without it.</value>
    public string? Mover { get; init => field = SeveralHosts.ToPrimary(value); }

    /// <summary>
    /// Whether <see cref="Application"/>, <see cref="Platform"/> and <see cref="Control"/> go through a pooler in transaction mode. Then nothing is prepared and the tenant
    /// is bound by <c>SET LOCAL</c>; on a direct connection it is bound by a prepared <c>CALL</c>.
    /// </summary>
    public bool ThroughPooler { get; init; }

    /// <summary>The store's server and database, without the passwords: a record would write them into whatever log it meets.</summary>
    public override string ToString()
    {
        var application = new NpgsqlConnectionStringBuilder(Application);
        return string.Create(CultureInfo.InvariantCulture, $"{application.Database} on {application.Host}:{application.Port}");
    }
}
