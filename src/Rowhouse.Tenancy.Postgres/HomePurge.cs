using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Hosting;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// Removes all that a tenant has in this store: the rows of all registered modules, the kernel's own, and its home. For whoever ends tenants; safe for
/// concurrent use.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Close the home, once all that write to it have committed: from then on only whoever names the token writes, and nobody when the home is gone.</item>
/// <item>Empty the tenant's tables, those that refer to others first, in the mover's role with the tenant bound: no other tenant's row can be touched.</item>
/// <item>Remove the home, which is what tells that nothing is left.</item>
/// </list>
/// Whatever ends it half-way, called again it goes on. Also while another call for the same tenant still runs: a table is left when none of the tenant's rows
/// is seen in it, and not when there was none to delete; and a call that finds the home removed meanwhile is done too, as the home goes last.
/// </remarks>
public sealed class HomePurge
{
    /// <summary>How many rows go in one transaction, but for tables that refer to themselves or round in a circle.</summary>
    private const int Batch = 5_000;

    /// <summary>How long one statement may take, in seconds.</summary>
    private const int Timeout = 600;

    private const string Name = "rowhouse purge";

    /// <summary>Where the locks are by which a session is known again.</summary>
    private const int LockSpace = 0x70757267;

    private const string Changes = "tenancy.changes";

    private readonly PostgresStore store;
    private readonly Lazy<IReadOnlyList<EmptyingStage>> stages;

    internal HomePurge(PostgresStore store, TenantModels models)
    {
        this.store = store;
        stages = new(() => EmptyingOrder.Of(models));
    }

    /// <summary>Removes the tenant's rows and its home. Where it has no home here, there is nothing to do.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="generation">The generation of the home.</param>
    /// <param name="token">What names this work: the same one when it is begun again. Where the home was being purged under another one, that stops.</param>
    /// <param name="cancellationToken">Stops between two transactions. The home stays closed.</param>
    /// <exception cref="HomeMismatchException">The home is of another generation, or receives the tenant: nothing was removed. Or somebody else took the work over.</exception>
    /// <exception cref="InvalidOperationException">The mover's connection is not set.</exception>
    /// <exception cref="OtherDatabaseException">The mover's connection leads to another database than the platform's. Nothing was touched.</exception>
    /// <exception cref="UnknownTablesException">The store has tables of tenants that no registered module knows. Nothing was emptied, unless they were made meanwhile; the home stays closed.</exception>
    /// <exception cref="PostgresException">Some writer of the tenant did not end in time, or the work was taken over.</exception>
    public async Task RunAsync(TenantId tenant, int generation, Guid token, CancellationToken cancellationToken = default)
    {
        // SET takes no parameter. All values are formatted from ids and a number, never from text.
        var home = new Home(
            $"'{tenant.Value:D}'",
            string.Create(CultureInfo.InvariantCulture, $"generation = {generation}"),
            $"state = 'purging' AND token = '{token:D}'",

            // Without a generation: the token lets it write, and an open home is none of its business.
            string.Create(CultureInfo.InvariantCulture, $"SET LOCAL rowhouse.tenant = '{tenant.Value:D}'; SET LOCAL rowhouse.mover = '{token:D}';"));
        var mover = await OpenAsync(store.Connections.Mover ?? throw new InvalidOperationException($"A home is emptied over the mover's connection, and {ConfiguredConnections.Mover} is not set. `rowhouse database init` makes the role and prints the setting."), cancellationToken).ConfigureAwait(false);
        await using var dispose = mover.ConfigureAwait(false);
        await RefuseElsewhereAsync(mover, cancellationToken).ConfigureAwait(false);
        if (await CloseAsync(mover, home, token, cancellationToken).ConfigureAwait(false) is not { } isMine)
        {
            return;
        }

        if (!isMine)
        {
            throw new HomeMismatchException(tenant, generation);
        }

        await RefuseUnknownAsync(mover, home, cancellationToken).ConfigureAwait(false);
        try
        {
            await EmptyAsync(mover, home, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState == HomeNotWritableException.SqlState)
        {
            // Either another call has come to the end and removed the home while this one still deleted, or somebody took the work over.
            if (await IsThereAsync(mover, home, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            return;
        }

        // Once more: they may have been made meanwhile, and from when the home is gone nobody looks again.
        await RefuseUnknownAsync(mover, home, cancellationToken).ConfigureAwait(false);
        if (!await RemoveAsync(mover, home, cancellationToken).ConfigureAwait(false))
        {
            throw new HomeMismatchException(tenant, generation);
        }
    }

    // In another database there may be no home, and nothing to do; in a copy of this one there is such a home, which is another installation's by now. Homes
    // are opened over the platform's connection, and a lock that a session has is seen in its own database alone.
    private async Task RefuseElsewhereAsync(NpgsqlConnection mover, CancellationToken cancellationToken)
    {
        var mark = RandomNumberGenerator.GetInt32(int.MaxValue);
        var transaction = await mover.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var disposeTransaction = transaction.ConfigureAwait(false);
        await mover.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock_shared({LockSpace}, {mark})"), cancellationToken).ConfigureAwait(false);
        var look = store.Platform.CreateCommand("SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.classid::bigint = $1 AND l.objid::bigint = $2)");
        await using var dispose = look.ConfigureAwait(false);
        look.Parameters.Add(new() { Value = (long)LockSpace });
        look.Parameters.Add(new() { Value = (long)mark });
        if (await look.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
        {
            throw new OtherDatabaseException(ConfiguredConnections.Mover);
        }
    }

    // Null where there is no home. Whoever still writes is waited for, but new writers stand behind this.
    private static async Task<bool?> CloseAsync(NpgsqlConnection mover, Home home, Guid token, CancellationToken cancellationToken) =>
        await AskAsync<string>(
            mover,
            $"""
            {home.Bind} SET LOCAL lock_timeout = '5s';
            UPDATE tenancy.homes SET state = 'purging', token = '{token:D}', capturing = false WHERE tenant_id = {home.Tenant} AND {home.IsGeneration} AND state <> 'receiving';
            SELECT CASE WHEN {home.IsGeneration} AND {home.IsMine} THEN 'mine' ELSE 'other' END FROM tenancy.homes WHERE tenant_id = {home.Tenant}
            """,
            cancellationToken).ConfigureAwait(false) switch
        {
            null => null,
            var whose => whose == "mine",
        };

    private async Task EmptyAsync(NpgsqlConnection mover, Home home, CancellationToken cancellationToken)
    {
        foreach (var stage in stages.Value)
        {
            var names = stage.Tables.Select(table => table.SqlName).ToList();
            var delete = stage.IsCircle
                ? $"SET CONSTRAINTS ALL DEFERRED; {string.Join(' ', names.Select(name => $"DELETE FROM {name} WHERE tenant_id = {home.Tenant};"))}"
                : DeleteSome(names[0], "ctid", home);
            var look = $"SELECT {string.Join(" OR ", names.Select(name => Any(name, home)))}";
            while (await AskAsync<bool>(mover, $"{home.Bind} {delete} {look}", cancellationToken).ConfigureAwait(false))
            {
                // There are more.
            }
        }
    }

    private static async Task<bool> RemoveAsync(NpgsqlConnection mover, Home home, CancellationToken cancellationToken)
    {
        var isMine = $"EXISTS (SELECT FROM tenancy.homes WHERE tenant_id = {home.Tenant} AND {home.IsGeneration} AND {home.IsMine})";

        // No fence stands before it, so the home is held instead: what a later home notes is not this one's.
        var hold = $"UPDATE tenancy.homes SET token = token WHERE tenant_id = {home.Tenant} AND {home.IsGeneration} AND {home.IsMine};";
        while (await AskAsync<bool>(mover, $"{home.Bind} {hold} {DeleteSome(Changes, "number", home, isMine)} SELECT {Any(Changes, home)} AND {isMine}", cancellationToken).ConfigureAwait(false))
        {
            // There are more.
        }

        return !await AskAsync<bool>(
            mover,
            $"{home.Bind} DELETE FROM tenancy.homes WHERE tenant_id = {home.Tenant} AND {home.IsGeneration} AND {home.IsMine}; SELECT {Any("tenancy.homes", home)}",
            cancellationToken).ConfigureAwait(false);
    }

    // A newer release may have made tables of tenants in the store, or a module that is not here. Partitions and heirs of known tables are emptied with them.
    private async Task RefuseUnknownAsync(NpgsqlConnection mover, Home home, CancellationToken cancellationToken)
    {
        var known = stages.Value.SelectMany(stage => stage.Tables).Select(table => $"{table}").Concat(["tenancy.homes", Changes]).Select(name => $"'{name.Replace("'", "''", StringComparison.Ordinal)}'");
        var unknown = await AskAsync<string>(
            mover,
            $"""
            {home.Bind}
            WITH RECURSIVE known AS (
                SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE format('%s.%s', n.nspname, c.relname) = ANY (ARRAY[{string.Join(", ", known)}])
                UNION
                SELECT i.inhrelid FROM pg_inherits i JOIN known k ON k.oid = i.inhparent
            )
            SELECT string_agg(format('%s.%s', n.nspname, c.relname), ', ' ORDER BY n.nspname, c.relname)
            FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE p.polname = '{TableRules.PolicyName}' AND '{store.Connections.Roles.Tenants}'::regrole = ANY (p.polroles) AND c.oid NOT IN (SELECT k.oid FROM known k)
            """,
            cancellationToken).ConfigureAwait(false);
        if (unknown is not null)
        {
            throw new UnknownTablesException(unknown);
        }
    }

    private static Task<bool> IsThereAsync(NpgsqlConnection mover, Home home, CancellationToken cancellationToken) =>
        AskAsync<bool>(mover, $"{home.Bind} SELECT {Any("tenancy.homes", home)}", cancellationToken);

    private static string DeleteSome(string table, string row, Home home, string only = "true") => string.Create(
        CultureInfo.InvariantCulture, $"DELETE FROM {table} WHERE tenant_id = {home.Tenant} AND {only} AND {row} = ANY (ARRAY(SELECT {row} FROM {table} WHERE tenant_id = {home.Tenant} LIMIT {Batch}));");

    private static string Any(string table, Home home) => $"EXISTS (SELECT FROM {table} WHERE tenant_id = {home.Tenant})";

    private static async Task<T?> AskAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var dispose = transaction.ConfigureAwait(false);
        var answer = await connection.ScalarAsync<T>(sql, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return answer;
    }

    // Of its own, and nothing prepared: texts with ids in them would drive out what requests keep prepared.
    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var own = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, MaxAutoPrepare = 0, CommandTimeout = Timeout, ApplicationName = Name };
        var connection = new NpgsqlConnection(own.ConnectionString);
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

    /// <summary>How SQL names the home.</summary>
    private sealed record Home(string Tenant, string IsGeneration, string IsMine, string Bind);
}
