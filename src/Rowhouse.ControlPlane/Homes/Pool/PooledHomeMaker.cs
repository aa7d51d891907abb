using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Homes.Pool;

/// <summary>
/// Makes and removes homes of nobody on the server of a store. One process at a time does, in one session, which holds a lock there: who is asleep keeps it, and who is
/// gone has lost it. What died half-way is found by its row, which is there before the home and until after it.
/// </summary>
internal sealed class PooledHomeMaker(
    IDbContextFactory<PlatformDbContext> contexts, PostgresStore store, SqlMigrations migrations, TenantHomes homes, ReferenceData reference, PlatformKeys keys, TimeProvider clock)
{
    private const int SecondsToWait = 10;

    /// <summary>Brings the pool of a store to a size, and each home in it to this program's schema and the present reference data.</summary>
    /// <param name="at">The store, with a provisioner.</param>
    /// <param name="size">How many homes there shall be.</param>
    /// <param name="version">The state of the reference data; none where that is not known.</param>
    /// <param name="isNew">Whether this process has not looked at the server before: then each home is looked at.</param>
    /// <param name="cancellationToken">Gives up; whoever does it again goes on.</param>
    /// <returns>Whether it is so: not where another process is at it.</returns>
    public async Task<bool> EnsureAsync(HomeStore at, int size, string? version, bool isNew, CancellationToken cancellationToken)
    {
        await PlanAsync(at.Name, size, cancellationToken);
        await using var session = await OpenAsync(at, cancellationToken);
        if (!await TryLockAsync(session, cancellationToken))
        {
            return false;
        }

        var maker = new HomeMaker(session, store.Connections.Roles, migrations);
        var all = await ListAsync(at.Name, cancellationToken);
        var surplus = all.Skip(size).ToList();
        var made = all.Take(size).Where(home => isNew || !home.IsReady || (version is not null && home.ReferenceVersion != version)).ToList();
        if (surplus.Concat(made).Any(home => home.IsReady))
        {
            await homes.KeepConnectionsAsync(at.Name, [], cancellationToken); // a database with sessions cannot be dropped
        }

        foreach (var home in surplus)
        {
            await RemoveAsync(maker, home, cancellationToken);
        }

        foreach (var home in made)
        {
            await MakeAsync(maker, home, version, cancellationToken);
        }

        return true;
    }

    /// <summary>Removes all homes of a store that no tenant has.</summary>
    /// <param name="at">The store, with a provisioner.</param>
    /// <param name="cancellationToken">Gives up; whoever does it again goes on.</param>
    /// <exception cref="NpgsqlException">Its server cannot be reached, or another process is at it for long.</exception>
    public async Task EmptyAsync(HomeStore at, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(at, cancellationToken);
        await RunAsync(session, $"SET lock_timeout = '{SecondsToWait}s'", cancellationToken);
        await AskAsync(session, "SELECT pg_advisory_lock(hashtextextended($1, 0))", cancellationToken);
        var maker = new HomeMaker(session, store.Connections.Roles, migrations);
        var all = await ListAsync(at.Name, cancellationToken);
        foreach (var home in all)
        {
            await TryHoldAsync(home, cancellationToken); // all at first, so that no server keeps connections to the last of them
        }

        await homes.KeepConnectionsAsync(at.Name, [], cancellationToken);
        foreach (var home in all)
        {
            await RemoveAsync(maker, home, cancellationToken);
        }
    }

    // Before the lock: a store that is being removed waits for the lock, and a row of its homes would wait for the store.
    private async Task PlanAsync(string place, int size, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        for (var count = await db.PooledHomes.CountAsync(home => home.Store == place, cancellationToken); count < size; count++)
        {
            var now = clock.GetUtcNow();
            db.PooledHomes.Add(PooledHome.Plan(store.Connections.Roles.HomeOf(Guid.CreateVersion7(now)), place, HomeMaker.MakePassword(), keys.Current, now));
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    // Those that a tenant could get first, so that what is half made is removed before what is whole.
    private async Task<IReadOnlyList<PooledHome>> ListAsync(string place, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.PooledHomes.AsNoTracking().Where(home => home.Store == place).OrderByDescending(home => home.IsReady).ThenBy(home => home.Name).ToListAsync(cancellationToken);
    }

    private async Task MakeAsync(HomeMaker maker, PooledHome home, string? version, CancellationToken cancellationToken)
    {
        if (!await TryHoldAsync(home, cancellationToken))
        {
            return;
        }

        await maker.EnsureLoginAsync(home.Name, home.OpenPassword(keys), cancellationToken);
        var isEmpty = await maker.EnsureDatabaseAsync(home.Name, cancellationToken);
        var copied = !isEmpty && version is not null && home.ReferenceVersion == version ? version : await reference.CopyAsync(home.Placement, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.PooledHomes.Where(row => row.Name == home.Name).ExecuteUpdateAsync(set => set.SetProperty(row => row.IsReady, true).SetProperty(row => row.ReferenceVersion, copied), cancellationToken);
    }

    private async Task RemoveAsync(HomeMaker maker, PooledHome home, CancellationToken cancellationToken)
    {
        if (!await TryHoldAsync(home, cancellationToken))
        {
            return;
        }

        await maker.RemoveDatabaseAsync(home.Name, cancellationToken);
        await maker.RemoveLoginAsync(home.Name, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.PooledHomes.Where(row => row.Name == home.Name).ExecuteDeleteAsync(cancellationToken);
    }

    // From here on no tenant gets it. One that a tenant has by now is in the pool no more.
    private async Task<bool> TryHoldAsync(PooledHome home, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.PooledHomes.Where(row => row.Name == home.Name).ExecuteUpdateAsync(set => set.SetProperty(row => row.IsReady, false), cancellationToken) > 0;
    }

    private async Task<NpgsqlConnection> OpenAsync(HomeStore at, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(at.Provisioner)
        {
            Database = "postgres", // locks of this kind belong to a database
            Pooling = false,
            Timeout = SecondsToWait,
            CommandTimeout = 0, // making a database takes as long as it takes
            KeepAlive = SecondsToWait, // whoever is gone is known to be
            ApplicationName = LockName,
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // Installations may share a server.
    private string LockName => $"rowhouse pool {store.Connections.Roles.Installation}";

    private async Task<bool> TryLockAsync(NpgsqlConnection session, CancellationToken cancellationToken) =>
        await AskAsync(session, "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", cancellationToken) is true;

    private async Task<object?> AskAsync(NpgsqlConnection session, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, session) { Parameters = { new() { Value = LockName } } };
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task RunAsync(NpgsqlConnection session, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, session);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
