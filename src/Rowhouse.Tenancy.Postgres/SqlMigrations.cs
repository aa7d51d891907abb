using System.Reflection;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Hosting;
using Rowhouse.Tenancy.Postgres.Migrations;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// Brings the databases to the schema that the registered modules expect. In the shared store: the kernel's scripts, then each module's in the
/// order of registration, then the guards (row-level security, policies, fences, captures, grants, deferrable foreign keys) that follow from their models.
/// Scripts therefore contain tables, keys and indexes only; one that has to name a role says <c>:"owner"</c>,
/// <c>:"app"</c>, <c>:"tenant"</c>, <c>:"mover"</c> or <c>:"platform"</c>, since each installation has its own. In the control database: the
/// scripts that were registered for it.
/// </summary>
/// <remarks>
/// In each database all of it is one transaction under one lock: a failure leaves that database as it was, and two programs that start
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

    private readonly List<SqlScript> storeScripts;
    private readonly List<SqlScript> controlScripts;
    private readonly TenantModels models;
    private readonly Lazy<string> fingerprint;

    internal SqlMigrations(IEnumerable<SqlMigrationSource> sources, TenantModels models)
    {
        this.models = models;
        List<SqlScript> store = [.. SqlScript.Embedded(Kernel, typeof(SqlMigrations).Assembly)];
        List<SqlScript> control = [];
        List<ExpectedSchema> schemas = [];
        var names = new Dictionary<string, Assembly>(StringComparer.Ordinal) { [Kernel] = typeof(SqlMigrations).Assembly };
        foreach (var source in sources.Distinct())
        {
            if (!names.TryAdd(source.Module, source.Assembly))
            {
                throw new InvalidOperationException(
                    $"{source.Assembly.GetName().Name} and {names[source.Module].GetName().Name} both record their scripts as '{source.Module}', so one of them would never be applied. Call AddSqlMigrations with a name of its own before AddTenantDbContext.");
            }

            var scripts = SqlScript.Embedded(source.Module, source.Assembly);
            (source.IsControl ? control : store).AddRange(scripts);
            if (source.IsControl && scripts.Count > 0)
            {
                schemas.Add(ExpectedSchema.Embedded(source.Module, source.Assembly));
            }
        }

        storeScripts = store;
        fingerprint = new(() => Fingerprint.Of([.. store.Select(script => $"{script} {script.Checksum}"), .. models.Tables.Select(table => $"{table} {table.IsShared} {string.Join(',', [.. table.TenantRights, "to the platform", .. table.PlatformRights])} {new CaptureTrigger(table).FunctionSql}"), TableRules.Common]));
        controlScripts = control;
        ControlSchemas = schemas;
    }

    /// <summary>Whether something is kept in a control database.</summary>
    public bool NeedControl => controlScripts.Count > 0;

    /// <summary>What a database of tenants' rows has that was brought here: its scripts and the guards of its tables, as a short text that is another one for any other.</summary>
    internal string StoreFingerprint => fingerprint.Value;

    /// <summary>What the scripts leave in the control database, besides their ledger.</summary>
    internal IReadOnlyList<ExpectedSchema> ControlSchemas { get; }

    /// <summary>Applies what is missing and sets the guards.</summary>
    /// <param name="connections">How to reach the databases. The owner's connections are used.</param>
    /// <param name="cancellationToken">Undoes everything.</param>
    /// <returns>The scripts that were applied, as <c>module/0001_name</c>.</returns>
    /// <exception cref="InvalidOperationException">The owner's connection is not there, or works as another role.</exception>
    /// <exception cref="MigrationException">A script failed, was changed after it was applied, or the database is newer than this program.</exception>
    public async Task<IReadOnlyList<string>> ApplyAsync(PostgresConnections connections, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connections);
        if (connections.Owner is not { } owner)
        {
            throw new InvalidOperationException($"A migration needs the owner's role: set {ConfiguredConnections.Owner}.");
        }

        var roles = connections.Roles;
        List<string> applied = [];
        if (NeedControl)
        {
            var control = connections.ControlOwner ?? throw new InvalidOperationException($"A migration needs the control database: set {ConfiguredConnections.Control}.");
            applied.AddRange(await ApplyAsync(control, roles, controlScripts, [roles.Platform], [], closing: null, cancellationToken).ConfigureAwait(false));
        }

        applied.AddRange(await ApplyAsync(owner, roles, storeScripts, [roles.Tenants, roles.Platform], models.Tables, closing: null, cancellationToken).ConfigureAwait(false));
        return applied;
    }

    /// <summary>Brings a dedicated home or a template to where the shared store is, and writes the fingerprint beside its name, in one transaction.</summary>
    /// <param name="owner">A connection string of the owner's role, to the database.</param>
    /// <param name="roles">What the roles are called.</param>
    /// <param name="cancellationToken">Undoes everything.</param>
    internal Task ApplyToHomeAsync(string owner, RoleNames roles, CancellationToken cancellationToken) =>
        ApplyAsync(owner, roles, storeScripts, [roles.Tenants, roles.Platform], models.Tables, Fingerprint.CommentSql(new NpgsqlConnectionStringBuilder(owner).Database!, StoreFingerprint), cancellationToken); // whoever asks names one

    /// <summary>The scripts that the databases still need.</summary>
    /// <param name="store">The databases.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    /// <returns>Their names; empty when the databases are where this program is.</returns>
    /// <exception cref="MigrationException">A script was changed after it was applied, or a database is newer than this program.</exception>
    public async Task<IReadOnlyList<string>> FindPendingAsync(PostgresStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        List<string> pending = [];
        if (NeedControl)
        {
            pending.AddRange(await FindPendingAsync(store.Control, controlScripts, cancellationToken).ConfigureAwait(false));
        }

        pending.AddRange(await FindPendingAsync(store.Application, storeScripts, cancellationToken).ConfigureAwait(false));
        return pending;
    }

    private static async Task<IEnumerable<string>> ApplyAsync(
        string owner, RoleNames roles, IReadOnlyList<SqlScript> scripts, IReadOnlyList<string> readers, IReadOnlyList<GuardedTable> tables, string? closing, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(owner) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await using var disposeConnection = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await RefuseOthersAsync(connection, roles.Owner, cancellationToken).ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var disposeTransaction = transaction.ConfigureAwait(false);

        // Waiting for another migration is fine; waiting behind a long query while holding everybody else up is not.
        await connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({LockKey}); SET LOCAL lock_timeout = '30s'; SET LOCAL row_security = off", cancellationToken).ConfigureAwait(false);
        await MigrationLedger.EnsureAsync(connection, readers, cancellationToken).ConfigureAwait(false);
        var pending = Pending(scripts, await MigrationLedger.ReadAsync(connection, cancellationToken).ConfigureAwait(false));
        foreach (var script in pending)
        {
            await RunAsync(connection, script, roles, cancellationToken).ConfigureAwait(false);
        }

        await GuardWriter.WriteAsync(connection, roles, tables, cancellationToken).ConfigureAwait(false);
        if (closing is not null)
        {
            await connection.ExecuteAsync(closing, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return pending.Select(script => script.ToString());
    }

    private static async Task<IEnumerable<string>> FindPendingAsync(NpgsqlDataSource database, IReadOnlyList<SqlScript> scripts, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var dispose = connection.ConfigureAwait(false);
        return Pending(scripts, await MigrationLedger.ReadAsync(connection, cancellationToken).ConfigureAwait(false)).Select(script => script.ToString());
    }

    private static List<SqlScript> Pending(IReadOnlyList<SqlScript> scripts, IReadOnlyList<AppliedScript> applied)
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
            throw new MigrationException(script.ToString(), $"{exception.MessageText} ({exception.SqlState}). The database is as it was.{(roles.IsMissing(exception) ? $" {RoleNames.HowToMakeMissing}" : "")}", exception);
        }

        await MigrationLedger.AddAsync(connection, script, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>An assembly with numbered scripts.</summary>
/// <param name="Module">The name under which they are recorded.</param>
/// <param name="Assembly">Where they are embedded.</param>
/// <param name="IsControl">Whether they are for the control database.</param>
internal sealed record SqlMigrationSource(string Module, Assembly Assembly, bool IsControl);
