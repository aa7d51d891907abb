using System.Globalization;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>How to reach one PostgreSQL database in each of the roles that Rowhouse works in.</summary>
public sealed record PostgresConnections
{
    /// <summary>What the roles are called. A connection that turns out to work as another one is refused.</summary>
    /// <value><see cref="RoleNames.Default"/></value>
    public RoleNames Roles { get; init; } = RoleNames.Default;

    /// <summary>As <see cref="RoleNames.Application"/>: requests and jobs, one tenant at a time. Owns nothing; row-level security holds for it.</summary>
    public required string Application { get; init; }

    /// <summary>As <see cref="RoleNames.Platform"/>: the catalogue of tenants and the control plane.</summary>
    public required string Platform { get; init; }

    /// <summary>As <see cref="RoleNames.Owner"/>, never through a pooler: migrations only.</summary>
    /// <value><see langword="null"/> where this process may not migrate.</value>
    public string? Owner { get; init; }

    /// <summary>As <see cref="RoleNames.Platform"/>, never through a pooler: for LISTEN, which a pooler in transaction mode breaks.</summary>
    /// <value><see langword="null"/> means <see cref="Platform"/>.</value>
    public string? Direct { get; init; }

    /// <summary>
    /// Whether <see cref="Application"/> and <see cref="Platform"/> go through a pooler in transaction mode. Then nothing is prepared and the tenant
    /// is bound by <c>SET LOCAL</c>; on a direct connection it is bound by a prepared <c>CALL</c>.
    /// </summary>
    public bool ThroughPooler { get; init; }

    /// <summary>The server and the database, without the passwords: a record would write them into whatever log it meets.</summary>
    public override string ToString()
    {
        var application = new NpgsqlConnectionStringBuilder(Application);
        return string.Create(CultureInfo.InvariantCulture, $"{application.Database} on {application.Host}:{application.Port}");
    }
}
