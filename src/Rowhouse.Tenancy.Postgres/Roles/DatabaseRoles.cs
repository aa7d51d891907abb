using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Roles;

/// <summary>
/// Makes a database and the roles that Rowhouse works in, on any server of PostgreSQL 15 or newer: the embedded one, somebody's
/// own, a managed one whose administrator is no superuser (it needs <c>CREATEROLE</c> and <c>CREATEDB</c>).
/// </summary>
public static class DatabaseRoles
{
    /// <summary>The role that owns every object. It migrates and does nothing else.</summary>
    public const string Owner = "rowhouse_owner";

    /// <summary>The role of requests and jobs. It owns nothing and is held by row-level security.</summary>
    public const string Application = "rowhouse_app";

    /// <summary>The role of the control plane.</summary>
    public const string Platform = "rowhouse_platform";

    /// <summary>The collation that sorts text for people: by language, and <c>#9</c> before <c>#10</c>.</summary>
    public const string ShownText = "shown";

    /// <summary>
    /// Makes what is missing and mends what is wrong; running it again changes nothing but the passwords, which it always sets
    /// to the given ones (the roles belong to the server: other databases on it use them too).
    /// </summary>
    /// <param name="admin">A connection string of somebody who may create roles and databases. Its database is only connected to.</param>
    /// <param name="database">The database to make.</param>
    /// <param name="passwords">The passwords that the roles shall have.</param>
    /// <param name="cancellationToken">Stops half-way; run it again.</param>
    /// <returns>How to reach the database in each role, on the server and with the options of <paramref name="admin"/>.</returns>
    /// <exception cref="InvalidOperationException">
    /// The server is too old, the database has another encoding or owner, or a role has rights that would undo the isolation.
    /// </exception>
    /// <exception cref="NpgsqlException">The server refused; the message says what.</exception>
    public static async Task<PostgresConnections> EnsureAsync(string admin, string database, RolePasswords passwords, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(admin);
        ArgumentException.ThrowIfNullOrEmpty(database);
        ArgumentNullException.ThrowIfNull(passwords);

        var connections = Connections(admin, database, passwords);
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(admin) { Pooling = false }.ConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (connection.PostgreSqlVersion.Major < 15)
            {
                throw new InvalidOperationException($"Rowhouse needs PostgreSQL 15 or newer; {connection.Host} runs {connection.PostgreSqlVersion}.");
            }

            await new RoleMaker(connection).EnsureAsync(passwords, cancellationToken).ConfigureAwait(false);
            await new DatabaseMaker(connection).EnsureAsync(database, cancellationToken).ConfigureAwait(false);
        }

        // As the owner, not as the administrator: a managed administrator may not touch what the owner owns,
        // and a password or a pg_hba rule that does not work shows here and not at the first migration.
        var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connections.Owner) { Pooling = false }.ConnectionString);
        await using (owner.ConfigureAwait(false))
        {
            await owner.OpenAsync(cancellationToken).ConfigureAwait(false);
            await DatabaseMaker.GuardAsync(owner, database, cancellationToken).ConfigureAwait(false);
        }

        return connections;
    }

    /// <summary>How to reach a database in each role, without connecting to it.</summary>
    /// <param name="admin">A connection string to the same server; user, password and database are replaced.</param>
    /// <param name="database">The database.</param>
    /// <param name="passwords">The roles' passwords.</param>
    public static PostgresConnections Connections(string admin, string database, RolePasswords passwords)
    {
        ArgumentNullException.ThrowIfNull(passwords);
        return new()
        {
            Application = As(Application, passwords.Application),
            Platform = As(Platform, passwords.Platform),
            Owner = As(Owner, passwords.Owner),
        };

        string As(string role, string password) =>
            new NpgsqlConnectionStringBuilder(admin) { Username = role, Password = password, Database = database }.ConnectionString;
    }
}
