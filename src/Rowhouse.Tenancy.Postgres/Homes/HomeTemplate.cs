using System.Data;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres.Homes;

/// <summary>
/// The database that dedicated homes are copies of: migrated, guarded, looked at, and then sealed, so that nobody connects to it any more. Its name tells its schema,
/// so a release with another one makes the next beside it.
/// </summary>
internal sealed class HomeTemplate(SqlMigrations migrations, TenantModels models, RoleNames roles, HomeStore store)
{
    // One template at a time, whichever program makes it.
    private const string Lock = "select pg_advisory_lock(hashtext('rowhouse template'))";

    /// <summary>Whether a template is whole: only then it is sealed, and has its name. One that is not the provisioner's is somebody else's.</summary>
    public static Task<bool> IsSealedAsync(NpgsqlConnection connection, string template, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>("select exists (select from pg_database where datname = $1 and datistemplate and not datallowconn and datdba = current_user::regrole)", cancellationToken, template);

    /// <summary>Makes the template of this program's schema, where it is not there, and brings the homes that were made with another one to it.</summary>
    /// <exception cref="InvalidOperationException">A connection is not known.</exception>
    /// <exception cref="IsolationException">The template would not keep tenants apart.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var provisioner = await OpenAsync(store.Provisioner, cancellationToken).ConfigureAwait(false);
        await using var dispose = provisioner.ConfigureAwait(false);
        await provisioner.ExecuteAsync($"set lock_timeout = '60s'; {Lock}; reset lock_timeout", cancellationToken).ConfigureAwait(false);
        var name = roles.TemplateOf(migrations.StoreFingerprint);
        if (!await IsSealedAsync(provisioner, name, cancellationToken).ConfigureAwait(false))
        {
            await MakeAsync(provisioner, name, cancellationToken).ConfigureAwait(false);
        }

        await MigrateHomesAsync(provisioner, cancellationToken).ConfigureAwait(false);
    }

    private async Task MakeAsync(NpgsqlConnection provisioner, string name, CancellationToken cancellationToken)
    {
        var draft = $"{name}_new";
        await RemoveAsync(provisioner, name, cancellationToken).ConfigureAwait(false);
        await RemoveAsync(provisioner, draft, cancellationToken).ConfigureAwait(false);
        await provisioner.ExecuteAsync(DatabaseMaker.CreateSql(draft, owner: roles.Provisioner), cancellationToken).ConfigureAwait(false);

        var owner = In(draft);
        var inside = await OpenAsync(owner, cancellationToken).ConfigureAwait(false);
        await using (inside.ConfigureAwait(false))
        {
            await inside.ExecuteAsync(DatabaseMaker.GuardTemplateSql(draft, roles), cancellationToken).ConfigureAwait(false);
        }

        await migrations.ApplyToHomeAsync(owner, roles, cancellationToken).ConfigureAwait(false);
        await VerifyAsync(owner, cancellationToken).ConfigureAwait(false);
        await provisioner.ExecuteAsync($"alter database {Sql.Name(draft)} with is_template true allow_connections false", cancellationToken).ConfigureAwait(false);
        await provisioner.ExecuteAsync($"alter database {Sql.Name(draft)} rename to {Sql.Name(name)}", cancellationToken).ConfigureAwait(false);
    }

    // A session of its own, begun after the last change: what it leaves on disk for sessions to begin with is copied into each home, which opens the sooner for it.
    private async Task VerifyAsync(string owner, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(owner, cancellationToken).ConfigureAwait(false);
        await using var disposeConnection = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        await using var disposeTransaction = transaction.ConfigureAwait(false);
        var report = await IsolationCheck.RunAsync(connection, roles, models.Tables, cancellationToken).ConfigureAwait(false);
        if (!report.IsSound)
        {
            throw new IsolationException(report);
        }
    }

    // One after the other; what comes to nothing in one leaves it as it was and ends this, and whoever does it again goes on there.
    private async Task MigrateHomesAsync(NpgsqlConnection provisioner, CancellationToken cancellationToken)
    {
        var behind = "";
        while (await NextBehindAsync(provisioner, behind, cancellationToken).ConfigureAwait(false) is { } home)
        {
            behind = home;
            try
            {
                await provisioner.ExecuteAsync(DatabaseMaker.AdmitMoverSql(home, roles), cancellationToken).ConfigureAwait(false);
                await migrations.ApplyToHomeAsync(In(home), roles, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.ObjectNotInPrerequisiteState)
            {
                // It was removed meanwhile, or lets nobody in any more because it is.
            }
        }
    }

    // Asked again after each, so that one which an older server has made meanwhile is met too.
    private Task<string?> NextBehindAsync(NpgsqlConnection provisioner, string after, CancellationToken cancellationToken) => provisioner.ScalarAsync<string>(
        $"select min(d.datname::text collate \"C\") from pg_database d where starts_with(d.datname, $1) and d.datdba = current_user::regrole and d.datallowconn and not {Invalid.Sql} and {Fingerprint.LiveSql} is distinct from $2 and d.datname::text collate \"C\" > $3",
        cancellationToken, roles.HomePrefix, migrations.StoreFingerprint, after);

    private static async Task RemoveAsync(NpgsqlConnection provisioner, string database, CancellationToken cancellationToken)
    {
        if (await provisioner.ScalarAsync<bool>("select exists (select from pg_database where datname = $1)", cancellationToken, database).ConfigureAwait(false))
        {
            if (!await Invalid.IsAsync(provisioner, database, cancellationToken).ConfigureAwait(false))
            {
                await provisioner.ExecuteAsync($"alter database {Sql.Name(database)} with is_template false", cancellationToken).ConfigureAwait(false);
            }

            await provisioner.ExecuteAsync($"drop database {Sql.Name(database)}", CancellationToken.None).ConfigureAwait(false);
        }
    }

    private string In(string database) => new NpgsqlConnectionStringBuilder(store.Owner ?? throw new InvalidOperationException("The template of dedicated homes is made with the owner's connection."))
    {
        Database = database,
    }.ConnectionString;

    private static async Task<NpgsqlConnection> OpenAsync(string? connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
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
