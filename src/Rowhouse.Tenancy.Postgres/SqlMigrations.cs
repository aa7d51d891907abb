using System.Reflection;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Hosting;
using Rowhouse.Tenancy.Postgres.Migrations;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// Brings a database to the schema that the registered modules expect: the kernel's scripts, then each module's in the
/// order of registration, then the guards (row-level security, policies, fences, captures, grants, deferrable foreign keys) that follow from their models.
/// Scripts therefore contain tables, keys and indexes only; one that has to name a role says <c>:"owner"</c>,
/// <c>:"app"</c>, <c>:"tenant"</c> or <c>:"platform"</c>, since each installation has its own.
/// </summary>
/// <remarks>
/// All of it is one transaction under one lock: a failure leaves the database as it was, and two programs that start
/// together migrate once. Scripts run with <c>row_security = off</c>, so one that touches tenants' rows fails loudly
/// instead of changing none of them; it has to lift FORCE and the fence first, and the guards put them back.
/// Safe for concurrent use.
/// </remarks>
public sealed class SqlMigrations
{
    /// <summary>The name under which the kernel's own scripts are recorded.</summary>
    public const string Kernel = "tenancy";

    // Any constant that no other program on the database uses. Released with the transaction, so also behind a pooler.
    private const long LockKey = 0x526F77686F757365;

    private readonly IReadOnlyList<SqlScript> scripts;
    private readonly TenantModels models;

    internal SqlMigrations(IEnumerable<SqlMigrationSource> sources, TenantModels models)
    {
        this.models = models;
        List<SqlScript> all = [.. SqlScript.Embedded(Kernel, typeof(SqlMigrations).Assembly)];
        var names = new Dictionary<string, Assembly>(StringComparer.Ordinal) { [Kernel] = typeof(SqlMigrations).Assembly };
        foreach (var source in sources.Distinct())
        {
            if (!names.TryAdd(source.Module, source.Assembly))
            {
                throw new InvalidOperationException(
                    $"{source.Assembly.GetName().Name} and {names[source.Module].GetName().Name} both record their scripts as '{source.Module}', so one of them would never be applied. Call AddSqlMigrations with a name of its own before AddTenantDbContext.");
            }

            all.AddRange(SqlScript.Embedded(source.Module, source.Assembly));
        }

        scripts = all;
    }

    /// <summary>Applies what is missing and sets the guards.</summary>
    /// <param name="connections">How to reach the database. The owner's connection is used.</param>
    /// <param name="cancellationToken">Undoes everything.</param>
    /// <returns>The scripts that were applied, as <c>module/0001_name</c>.</returns>
    /// <exception cref="InvalidOperationException">The owner's connection is not there, or works as another role.</exception>
    /// <exception cref="MigrationException">A script failed, was changed after it was applied, or the database is newer than this program.</exception>
    public async Task<IReadOnlyList<string>> ApplyAsync(PostgresConnections connections, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connections);
        var owner = connections.Owner ?? throw new InvalidOperationException($"A migration needs the owner's role: set {ConfiguredConnections.Owner}.");
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(owner) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await using var disposeConnection = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await RefuseOthersAsync(connection, connections.Roles.Owner, cancellationToken).ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var disposeTransaction = transaction.ConfigureAwait(false);

        // Waiting for another migration is fine; waiting behind a long query while holding everybody else up is not.
        await connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({LockKey}); SET LOCAL lock_timeout = '30s'; SET LOCAL row_security = off", cancellationToken).ConfigureAwait(false);
        await MigrationLedger.EnsureAsync(connection, connections.Roles, cancellationToken).ConfigureAwait(false);
        var pending = Pending(await MigrationLedger.ReadAsync(connection, cancellationToken).ConfigureAwait(false));
        foreach (var script in pending)
        {
            await RunAsync(connection, script, connections.Roles, cancellationToken).ConfigureAwait(false);
        }

        await GuardWriter.WriteAsync(connection, connections.Roles, models.Tables, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return [.. pending.Select(script => script.ToString())];
    }

    /// <summary>The scripts that a database still needs.</summary>
    /// <param name="database">The database, in any of the roles.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    /// <returns>Their names; empty when the database is where this program is.</returns>
    /// <exception cref="MigrationException">A script was changed after it was applied, or the database is newer than this program.</exception>
    public async Task<IReadOnlyList<string>> FindPendingAsync(NpgsqlDataSource database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var dispose = connection.ConfigureAwait(false);
        return [.. Pending(await MigrationLedger.ReadAsync(connection, cancellationToken).ConfigureAwait(false)).Select(script => script.ToString())];
    }

    private List<SqlScript> Pending(IReadOnlyList<AppliedScript> applied)
    {
        var known = scripts.ToDictionary(script => (script.Module, script.Number));
        var modules = scripts.Select(script => script.Module).ToHashSet(StringComparer.Ordinal);
        foreach (var past in applied.Where(past => modules.Contains(past.Module)))
        {
            if (!known.Remove((past.Module, past.Number), out var script))
            {
                throw new MigrationException(past.ToString(), "The database has had it, this program does not have it: the database is newer. Run the newer program.");
            }

            if (script.Checksum != past.Checksum)
            {
                throw new MigrationException(script.ToString(), "It was changed after the database had it. Restore its text and put the change into a script of the next number.");
            }
        }

        return [.. scripts.Where(script => known.ContainsKey((script.Module, script.Number)))];
    }

    // Whatever another role makes belongs to it, and the guards would say so only after the fact.
    private static async Task RefuseOthersAsync(NpgsqlConnection connection, string owner, CancellationToken cancellationToken)
    {
        if (await connection.ScalarAsync<string>("select current_user::text", cancellationToken).ConfigureAwait(false) is var user && user != owner)
        {
            throw new InvalidOperationException($"The owner's connection works as {user}, not as {owner}. Use the one that `rowhouse database init` wrote, and its ROWHOUSE_INSTALLATION.");
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, SqlScript script, RoleNames roles, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(roles.Fill(script.Text), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception)
        {
            throw new MigrationException(script.ToString(), $"{exception.MessageText} ({exception.SqlState}). Nothing was changed.", exception);
        }

        await MigrationLedger.AddAsync(connection, script, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>An assembly with numbered scripts.</summary>
/// <param name="Module">The name under which they are recorded.</param>
/// <param name="Assembly">Where they are embedded.</param>
internal sealed record SqlMigrationSource(string Module, Assembly Assembly);
