using Npgsql;
using Rowhouse.Tenancy.Postgres.Hosting;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.Tenancy.Postgres.Roles;

/// <summary>
/// Makes the databases and the roles that Rowhouse works in, on any server of PostgreSQL 15 or newer: the embedded one, somebody's
/// own, a managed one whose administrator is no superuser (it needs <c>CREATEROLE</c> and <c>CREATEDB</c>).
/// </summary>
public static class DatabaseRoles
{
    /// <summary>The collation that sorts text for people: by language, and <c>#9</c> before <c>#10</c>.</summary>
    public const string ShownText = "shown";

    /// <summary>
    /// Makes what is missing and mends what is wrong; running it again changes nothing but the passwords, which it always sets
    /// to the given ones (the roles belong to the server: an installation's other databases on it use them too).
    /// </summary>
    /// <param name="admin">A connection string of somebody who may create roles and databases. Its database is only connected to.</param>
    /// <param name="databases">The databases to make.</param>
    /// <param name="roles">What the roles are called.</param>
    /// <param name="passwords">The passwords that the roles shall have.</param>
    /// <param name="cancellationToken">Stops half-way; run it again.</param>
    /// <returns>How to reach the databases in each role, on the server and with the options of <paramref name="admin"/>.</returns>
    /// <exception cref="InvalidOperationException">
    /// The server is too old, a database has another encoding or owner, or a role has rights that would undo the isolation.
    /// </exception>
    /// <exception cref="NpgsqlException">The server refused; the message says what.</exception>
    public static async Task<PostgresConnections> EnsureAsync(string admin, DatabaseNames databases, RoleNames roles, RolePasswords passwords, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(admin);
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(roles);
        ArgumentNullException.ThrowIfNull(passwords);

        var connections = Connections(admin, databases, roles, passwords);
        var connection = await OpenAsync(admin, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            RefuseOld(connection);
            await new RoleMaker(connection, roles).EnsureAsync(passwords, cancellationToken).ConfigureAwait(false);
            foreach (var database in databases.All)
            {
                await new DatabaseMaker(connection, roles).EnsureAsync(database, cancellationToken).ConfigureAwait(false);
            }
        }

        await AsOwnerAsync(connections.Owner!, owner => owner.GuardStoreAsync(databases.Store, cancellationToken)).ConfigureAwait(false); // Connections names it
        if (databases.Control is { } control)
        {
            await AsOwnerAsync(connections.ControlOwner!, owner => owner.GuardControlAsync(control, cancellationToken)).ConfigureAwait(false); // the same
        }

        return connections;

        // Not as the administrator: a managed one may not touch what the owner owns, and a password or a pg_hba rule that
        // does not work shows here and not at the first migration.
        async Task AsOwnerAsync(string connectionString, Func<DatabaseMaker, Task> guardAsync)
        {
            var owner = await OpenAsync(connectionString, cancellationToken).ConfigureAwait(false);
            await using (owner.ConfigureAwait(false))
            {
                await guardAsync(new(owner, roles)).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether any of the roles is on a server.</summary>
    /// <param name="admin">A connection string of any role of the server.</param>
    /// <param name="roles">What the roles are called.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public static async Task<bool> ExistAsync(string admin, RoleNames roles, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(admin);
        ArgumentNullException.ThrowIfNull(roles);
        var connection = await OpenAsync(admin, cancellationToken).ConfigureAwait(false);
        await using var dispose = connection.ConfigureAwait(false);
        return await connection.ScalarAsync<bool>("select exists (select from pg_roles where rolname in ($1, $2, $3, $4, $5))", cancellationToken, roles.Owner, roles.Platform, roles.Tenants, roles.Provisioner, roles.Mover).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes the roles on a server that is to be a store of dedicated homes, and no database; running it again changes nothing but the passwords, which it always sets to the given ones.
    /// </summary>
    /// <param name="name">What the store is called.</param>
    /// <param name="admin">A connection string of somebody who may create roles there. Its database is only connected to.</param>
    /// <param name="roles">What the roles are called: as those of the installation.</param>
    /// <param name="passwords">The passwords that the roles shall have on that server.</param>
    /// <param name="cancellationToken">Stops half-way; run it again.</param>
    /// <returns>How to reach the server in each role that works on homes.</returns>
    /// <exception cref="InvalidOperationException">The server is too old, or a role has rights that would undo the isolation.</exception>
    /// <exception cref="NpgsqlException">The server refused; the message says what.</exception>
    public static async Task<HomeStore> EnsureStoreAsync(string name, string admin, RoleNames roles, RolePasswords passwords, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(admin);
        ArgumentNullException.ThrowIfNull(roles);
        ArgumentNullException.ThrowIfNull(passwords);
        var connection = await OpenAsync(admin, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            RefuseOld(connection);
            await new RoleMaker(connection, roles).EnsureAsync(passwords, cancellationToken).ConfigureAwait(false);
        }

        return new() { Name = name, Platform = As(roles.Platform, passwords.Platform), Provisioner = As(roles.Provisioner, passwords.Provisioner), Owner = As(roles.Owner, passwords.Owner), Mover = As(roles.Mover, passwords.Mover) };

        // Where the server is and how it is known to be the right one; what else the administrator's says is theirs.
        string As(string role, string password)
        {
            var known = new NpgsqlConnectionStringBuilder(admin);
            var made = new NpgsqlConnectionStringBuilder { Host = known.Host, Port = known.Port, Database = "postgres", Username = role, Password = password, SslMode = known.SslMode };
            if (known.RootCertificate is { } certificate)
            {
                made.RootCertificate = certificate;
            }

            return made.ConnectionString;
        }
    }

    /// <summary>
    /// Writes the SQL that makes on a worker of a Citus cluster what <see cref="EnsureAsync"/> makes for the store on the coordinator, before
    /// the worker is added: the roles, without passwords, and the empty database with its rights. Citus itself makes neither the
    /// database nor a role that no table names. No connection is opened.
    /// </summary>
    /// <param name="store">What the store is called, on all nodes alike.</param>
    /// <param name="roles">What the roles are called.</param>
    /// <returns>The script, for psql as a superuser in any database of the worker.</returns>
    public static string WriteWorker(string store, RoleNames roles)
    {
        ArgumentException.ThrowIfNullOrEmpty(store);
        ArgumentNullException.ThrowIfNull(roles);
        return $"""
            -- Makes the roles of the installation '{roles.Installation}' and its empty store on a worker of a Citus cluster. Run it with psql as a superuser of the worker.
            \set ON_ERROR_STOP on
            {RoleMaker.LoginSql(roles.Owner)};
            {RoleMaker.LoginSql(roles.Application)};
            {RoleMaker.LoginSql(roles.Platform)};
            {RoleMaker.LoginSql(roles.Mover)};
            {RoleMaker.GroupSql(roles)};
            {RoleMaker.MembershipSql(roles, roles.Application)};
            {RoleMaker.MembershipSql(roles, roles.Mover)};
            {RoleMaker.ProvisionerSql(roles)};
            {RoleMaker.ProvisionerRightsSql(roles)};
            {DatabaseMaker.CreateSql(store, roles.Owner)};
            \connect {Sql.Name(store)}
            set role {roles.Owner};
            {DatabaseMaker.GuardStoreSql(store, roles)}
            """;
    }

    /// <summary>
    /// The databases of a server in which the roles own something or have rights, but for dedicated homes and their templates. One that the caller does not know belongs
    /// to another installation of the same name, whose passwords <see cref="EnsureAsync"/> would change.
    /// </summary>
    /// <param name="admin">A connection string of any role of the server.</param>
    /// <param name="roles">What the roles are called; none needs to exist.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public static async Task<IReadOnlyList<string>> FindDatabasesAsync(string admin, RoleNames roles, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(admin);
        ArgumentNullException.ThrowIfNull(roles);
        var connection = await OpenAsync(admin, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await connection.ScalarAsync<string[]>(
                """
                select array_agg(distinct d.datname::text order by d.datname::text)
                from pg_shdepend s
                join pg_roles u on s.refclassid = 'pg_authid'::regclass and s.refobjid = u.oid
                join pg_database d on d.oid = s.dbid or (s.classid = 'pg_database'::regclass and s.objid = d.oid)
                where u.rolname in ($1, $2, $3, $4, $5, $6) and not (starts_with(d.datname, $7) or starts_with(d.datname, $8))
                """,
                cancellationToken, roles.Owner, roles.Application, roles.Platform, roles.Tenants, roles.Provisioner, roles.Mover, roles.HomePrefix, roles.TemplatePrefix).ConfigureAwait(false) ?? [];
        }
    }

    /// <summary>How to reach the databases in each role, without connecting to them.</summary>
    /// <param name="admin">A connection string to the same server; user, password and database are replaced.</param>
    /// <param name="databases">The databases.</param>
    /// <param name="roles">What the roles are called.</param>
    /// <param name="passwords">The roles' passwords.</param>
    public static PostgresConnections Connections(string admin, DatabaseNames databases, RoleNames roles, RolePasswords passwords)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(roles);
        ArgumentNullException.ThrowIfNull(passwords);
        return new()
        {
            Roles = roles,
            Application = As(roles.Application, passwords.Application, databases.Store),
            Platform = As(roles.Platform, passwords.Platform, databases.Store),
            Control = databases.Control is { } control ? As(roles.Platform, passwords.Platform, control) : null,
            Owner = As(roles.Owner, passwords.Owner, databases.Store),
            ControlOwner = databases.Control is { } owned ? As(roles.Owner, passwords.Owner, owned) : null,
            Provisioner = As(roles.Provisioner, passwords.Provisioner, "postgres"),
            Mover = As(roles.Mover, passwords.Mover, databases.Store),
        };

        string As(string role, string password, string database) =>
            new NpgsqlConnectionStringBuilder(admin) { Username = role, Password = password, Database = database }.ConnectionString;
    }

    private static void RefuseOld(NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion.Major < 15)
        {
            throw new InvalidOperationException($"Rowhouse needs PostgreSQL 15 or newer; {connection.Host} runs {connection.PostgreSqlVersion}.");
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(SeveralHosts.ToPrimary(connectionString)) { Pooling = false }.ConnectionString);
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
}
