using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Homes;

/// <summary>
/// Makes and removes the database of a dedicated home and its login. Each act makes it so: it may be repeated from whatever a crash left. Whoever works on a home
/// does so alone, in a session that keeps others off. Not safe for concurrent use, like the connection.
/// </summary>
public sealed class HomeMaker
{
    // The password is random bits, so to stretch it only makes each new connection dearer.
    private const int Iterations = 1;

    private readonly NpgsqlConnection provisioner;
    private readonly RoleNames roles;
    private readonly string fingerprint;

    /// <summary>Works over a session on the server of the home.</summary>
    /// <param name="provisioner">An open connection in the provisioner's role, to the server's database <c>postgres</c>, in no transaction.</param>
    /// <param name="roles">What the installation's roles are called.</param>
    /// <param name="migrations">The schema that homes have.</param>
    public HomeMaker(NpgsqlConnection provisioner, RoleNames roles, SqlMigrations migrations)
    {
        ArgumentNullException.ThrowIfNull(provisioner);
        ArgumentNullException.ThrowIfNull(roles);
        ArgumentNullException.ThrowIfNull(migrations);
        this.provisioner = provisioner;
        this.roles = roles;
        fingerprint = migrations.StoreFingerprint;
    }

    /// <summary>Makes a password for a home's login, of 192 random bits.</summary>
    public static string MakePassword() => RolePasswords.Random();

    /// <summary>Makes the login of a home, or gives it this password. It is held by the policies of tenants' tables, and may connect nowhere yet.</summary>
    /// <param name="home">The home's name, see <see cref="RoleNames.HomeOf"/>.</param>
    /// <param name="password">Its password, from <see cref="MakePassword"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task EnsureLoginAsync(string home, string password, CancellationToken cancellationToken = default)
    {
        RefuseOthers(home);
        ArgumentException.ThrowIfNullOrEmpty(password);
        if (!await ExistsAsync("select exists (select from pg_roles where rolname = $1)", home, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await provisioner.ExecuteAsync(RoleMaker.LoginSql(home), cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation)
            {
                // Somebody else made it a moment ago.
            }
        }

        await provisioner.ExecuteAsync($"alter role {home} login password '{ScramVerifier.Of(password, Iterations)}'", cancellationToken).ConfigureAwait(false);
        await provisioner.ExecuteAsync(RoleMaker.JoinSql(roles, home, provisioner.PostgreSqlVersion.Major), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the database of a home from the template of this program's schema, and lets nobody in but its login, the platform and the mover.</summary>
    /// <param name="home">The home's name, whose login is there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was not there before, whole.</returns>
    /// <exception cref="TemplateMissingException">There is none.</exception>
    public async Task<bool> EnsureDatabaseAsync(string home, CancellationToken cancellationToken = default)
    {
        RefuseOthers(home);
        var found = await FingerprintOfAsync(home, cancellationToken).ConfigureAwait(false);
        var isMade = found == fingerprint;
        var name = Sql.Name(home);
        if (!isMade)
        {
            var template = roles.TemplateOf(fingerprint);
            if (!await HomeTemplate.IsSealedAsync(provisioner, template, cancellationToken).ConfigureAwait(false))
            {
                throw new TemplateMissingException(template);
            }

            if (found is not null)
            {
                // Begun from the template of another release, or not whole.
                await RemoveDatabaseAsync(home, cancellationToken).ConfigureAwait(false);
            }

            try
            {
                // Closed until its rights are set: those of the template are not copied, and until then everybody may connect.
                await provisioner.ExecuteAsync($"create database {name} template {Sql.Name(template)} strategy file_copy allow_connections false", cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
            {
                // As above.
            }
        }

        await provisioner.ExecuteAsync($"revoke all on database {name} from public; grant connect on database {name} to {home}, {roles.Platform}; {DatabaseMaker.AdmitMoverSql(home, roles)}; {Fingerprint.CommentSql(home, fingerprint)}", cancellationToken).ConfigureAwait(false);
        await provisioner.ExecuteAsync($"alter database {name} allow_connections true", cancellationToken).ConfigureAwait(false);
        return !isMade;
    }

    /// <summary>Which of some homes are there with this program's schema, open, and with their logins, as the server's catalogue says.</summary>
    /// <param name="homes">Their names.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<string>> FindWholeAsync(IEnumerable<string> homes, CancellationToken cancellationToken = default) => await provisioner.ScalarAsync<string[]>(
        $"select array(select d.datname::text from pg_database d join pg_roles r on r.rolname = d.datname and r.rolcanlogin where d.datname = any (string_to_array($1, ',')) and d.datallowconn and not {Invalid.Sql} and {Fingerprint.LiveSql} = $2)",
        cancellationToken, string.Join(',', homes), fingerprint).ConfigureAwait(false) ?? [];

    /// <summary>Removes the database of a home with all that is in it, and ends the sessions of its login.</summary>
    /// <param name="home">The home's name. Where it has no database, nothing happens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresException">Somebody else is connected to it and stays so (55006). It lets nobody in any more; do it again later.</exception>
    public async Task RemoveDatabaseAsync(string home, CancellationToken cancellationToken = default)
    {
        RefuseOthers(home);
        var name = Sql.Name(home);
        if (!await ExistsAsync("select exists (select from pg_database where datname = $1)", home, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        if (!await Invalid.IsAsync(provisioner, home, cancellationToken).ConfigureAwait(false))
        {
            await provisioner.ExecuteAsync($"alter database {name} allow_connections false", cancellationToken).ConfigureAwait(false);
            await EndSessionsAsync(home, cancellationToken).ConfigureAwait(false);
        }

        // Without FORCE, for which the sessions of the platform and the owner would be others': they are short, and it waits some seconds for them. Not given up:
        // what is cut short leaves a database that can only be dropped.
        await provisioner.ExecuteAsync($"drop database if exists {name}", CancellationToken.None).ConfigureAwait(false);
    }

    // Who made a role may not end its sessions; its member may.
    private async Task EndSessionsAsync(string home, CancellationToken cancellationToken)
    {
        if (await ExistsAsync("select exists (select from pg_roles where rolname = $1)", home, cancellationToken).ConfigureAwait(false))
        {
            await provisioner.ExecuteAsync($"grant {home} to current_user{(provisioner.PostgreSqlVersion.Major >= 16 ? " with inherit true, set false" : "")}", cancellationToken).ConfigureAwait(false);
            await provisioner.ScalarAsync<bool>("select bool_and(pg_terminate_backend(pid)) from pg_stat_activity where datname = $1 and usename = $1", cancellationToken, home).ConfigureAwait(false);
            await provisioner.ExecuteAsync(
                provisioner.PostgreSqlVersion.Major >= 16 ? $"revoke inherit option for {home} from current_user" : $"revoke {home} from current_user", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the login of a home, whose database is gone.</summary>
    /// <param name="home">The home's name. Where it has no login, nothing happens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task RemoveLoginAsync(string home, CancellationToken cancellationToken = default)
    {
        RefuseOthers(home);
        return provisioner.ExecuteAsync($"drop role if exists {home}", cancellationToken);
    }

    // The provisioner may remove more than homes.
    private void RefuseOthers(string home)
    {
        ArgumentException.ThrowIfNullOrEmpty(home);
        if (!roles.IsOfHome(home) || !Guid.TryParseExact(home.AsSpan(roles.HomePrefix.Length), "N", out _))
        {
            throw new ArgumentException($"'{home}' is no name of a dedicated home of the installation {roles.Installation}.", nameof(home));
        }
    }

    private async Task<string?> FingerprintOfAsync(string home, CancellationToken cancellationToken) =>
        await provisioner.ScalarAsync<string>($"select case when {Invalid.Sql} then '' else coalesce({Fingerprint.LiveSql}, '') end from pg_database d where d.datname = $1", cancellationToken, home).ConfigureAwait(false);

    private Task<bool> ExistsAsync(string sql, string home, CancellationToken cancellationToken) => provisioner.ScalarAsync<bool>(sql, cancellationToken, home)!;
}

/// <summary>The server has no template of this program's schema, so no home can be made.</summary>
/// <param name="template">What it would be called.</param>
public sealed class TemplateMissingException(string template)
    : InvalidOperationException($"The template {template}, from which dedicated homes of this release are made, is not on the server. Run `rowhouse migrate` with the settings of the owner and the provisioner.");
