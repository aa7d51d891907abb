namespace Rowhouse.Tenancy.Postgres;

/// <summary>Which databases an application works on; see <see cref="PostgresTenancyExtensions.OnPostgres"/>.</summary>
public sealed class PostgresOptions
{
    /// <summary>How to reach the databases.</summary>
    /// <value>
    /// What the configuration names: <c>ROWHOUSE_DATABASE</c>, <c>ROWHOUSE_DATABASE_PLATFORM</c>, <c>ROWHOUSE_DATABASE_CONTROL</c>,
    /// <c>ROWHOUSE_DATABASE_OWNER</c>, <c>ROWHOUSE_DATABASE_PROVISIONER</c>, <c>ROWHOUSE_DATABASE_MOVER</c>, <c>ROWHOUSE_DATABASE_DIRECT</c>, with the roles of <c>ROWHOUSE_INSTALLATION</c>; without them the private server of the data folder.
    /// </value>
    public PostgresConnections? Connections { get; set; }

    /// <summary>The folder of the private server.</summary>
    /// <value><c>ROWHOUSE_DATA</c>, else <c>rowhouse</c> in the user's folder for application data.</value>
    public string? DataFolder { get; set; }

    /// <summary>
    /// Whether a host brings the schema up to date when it starts. Otherwise it refuses to start on an old one: several
    /// nodes share a configured database, and a migration there is an act of its own.
    /// </summary>
    /// <value><see langword="null"/>: on the private server only.</value>
    public bool? MigrateAtStart { get; set; }
}
