using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.Logging;
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
internal sealed partial class PooledHomeMaker(
    IDbContextFactory<PlatformDbContext> contexts, PostgresStore store, SqlMigrations migrations, TenantHomes homes, ReferenceData reference, PlatformKeys keys, TimeProvider clock, ILogger<PooledHomeMaker> logger)
{
    private const int SecondsToConnect = 10;

    // What hangs must not hold the lock for good.
    private const int SecondsToMake = 300;

    // The server notices within a minute that whoever held the lock is gone, also where the machine went with it.
    private const string NoticeLoss = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3";

    /// <summary>Brings the pool of a store to a size, and each home in it to this program's schema and the present reference data.</summary>
    /// <param name="at">The store, with a provisioner.</param>
    /// <param name="size">How many homes there shall be.</param>
    /// <param name="version">The state of the reference data; none where that is not known.</param>
    /// <param name="lookAtAll">Whether those that are ready are looked at too, on the server.</param>
    /// <param name="cancellationToken">Gives up; whoever does it again goes on.</param>
    /// <returns>Whether it is so: not where another process is at it.</returns>
    public async Task<bool> EnsureAsync(HomeStore at, int size, string? version, bool lookAtAll, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(at, cancellationToken);
        if (!await TryLockAsync(session, cancellationToken))
        {
            return false;
        }

        var maker = new HomeMaker(session, store.Connections.Roles, migrations);
        var all = await ListAsync(at.Name, cancellationToken);
        var whole = lookAtAll ? await maker.FindWholeAsync(all.Select(home => home.Name), cancellationToken) : null;
        var surplus = all.Skip(size).ToList();
        var unfinished = all.Take(size).Where(home => !home.IsReady || (version is not null && home.ReferenceVersion != version) || whole?.Contains(home.Name) is false).ToList();
        if (surplus.Concat(unfinished).Any(home => home.IsReady))
        {
            await homes.KeepConnectionsAsync(at.Name, [], cancellationToken); // a database with sessions cannot be dropped
        }

        List<Exception> failed = [];
        await EachAsync(surplus, home => RemoveAsync(maker, home, cancellationToken));
        await EachAsync(unfinished, home => MakeAgainAsync(maker, home, version, cancellationToken));
        await EachAsync(await PlanAsync(at.Name, size - all.Count, cancellationToken), home => MakeAsync(maker, home, home.OpenPassword(keys)!, home.Hold!.Value, version, cancellationToken)); // sealed here
        return failed is [] ? true : throw new AggregateException("Some homes of the pool could not be made or removed.", failed);

        // One that somebody is connected to keeps no others from being made.
        async Task EachAsync(IEnumerable<PooledHome> some, Func<PooledHome, Task> doAsync)
        {
            foreach (var home in some)
            {
                try
                {
                    await doAsync(home);
                }
                catch (PostgresException exception)
                {
                    failed.Add(exception);
                }
            }
        }
    }

    /// <summary>Removes all homes of a store that no tenant has.</summary>
    /// <param name="at">The store, with a provisioner.</param>
    /// <param name="cancellationToken">Gives up; whoever does it again goes on.</param>
    /// <exception cref="PostgresException">Another process makes homes there for long (55P03), or somebody is connected to one (55006).</exception>
    /// <exception cref="StoreUnreachableException">Its server cannot be reached.</exception>
    public async Task EmptyAsync(HomeStore at, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(at, cancellationToken);
        await AskAsync(session, "SELECT set_config('lock_timeout', '10s', false), $1", cancellationToken);
        await AskAsync(session, "SELECT pg_advisory_lock(hashtextextended($1, 0))", cancellationToken);
        var maker = new HomeMaker(session, store.Connections.Roles, migrations);
        var all = await ListAsync(at.Name, cancellationToken);
        foreach (var home in all)
        {
            await TryHoldAsync(home, NewHold(), cancellationToken); // all at first, so that no server keeps connections to the last of them
        }

        await homes.KeepConnectionsAsync(at.Name, [], cancellationToken);
        foreach (var home in all)
        {
            await RemoveAsync(maker, home, cancellationToken);
        }
    }

    // Who removes the store holds its row and waits for the lock that is held here: so this does not wait long.
    private async Task<IReadOnlyList<PooledHome>> PlanAsync(string place, int count, CancellationToken cancellationToken)
    {
        if (count <= 0)
        {
            return [];
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
#pragma warning disable RS0030 // EF Core sets no time-outs of locks
        await db.Database.ExecuteSqlAsync($"SET LOCAL lock_timeout = '1s'", cancellationToken);
#pragma warning restore RS0030
        var now = clock.GetUtcNow();
        List<PooledHome> planned = [.. Enumerable.Range(0, count).Select(_ => PooledHome.Plan(store.Connections.Roles.HomeOf(Guid.CreateVersion7(now)), place, HomeMaker.MakePassword(), keys.Current, NewHold(), now))];
        db.PooledHomes.AddRange(planned);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return planned;
    }

    // Those that a tenant could get first, so that what is half made is removed before what is whole.
    private async Task<IReadOnlyList<PooledHome>> ListAsync(string place, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.PooledHomes.AsNoTracking().Where(home => home.Store == place).OrderByDescending(home => home.IsReady).ThenBy(home => home.Name).ToListAsync(cancellationToken);
    }

    private async Task MakeAgainAsync(HomeMaker maker, PooledHome home, string? version, CancellationToken cancellationToken)
    {
        var hold = NewHold();
        if (!await TryHoldAsync(home, hold, cancellationToken) || !await IsNobodysAsync(home, cancellationToken))
        {
            return;
        }

        if (home.OpenPassword(keys) is not { } password)
        {
            password = HomeMaker.MakePassword();
            var (sealedPassword, key) = (PooledHome.Seal(home.Name, password, keys.Current), keys.Current.Id);
            await ChangeAsync(home, hold, set => set.SetProperty(row => row.Password, sealedPassword).SetProperty(row => row.PlatformKey, key), cancellationToken);
        }

        await MakeAsync(maker, home, password, hold, version, cancellationToken);
    }

    private async Task MakeAsync(HomeMaker maker, PooledHome home, string password, Guid hold, string? version, CancellationToken cancellationToken)
    {
        await maker.EnsureLoginAsync(home.Name, password, cancellationToken);
        var isEmpty = await maker.EnsureDatabaseAsync(home.Name, cancellationToken);
        var copied = !isEmpty && version is not null && home.ReferenceVersion == version ? version : await reference.CopyAsync(home.Placement, cancellationToken);
        await ChangeAsync(home, hold, set => set.SetProperty(row => row.IsReady, true).SetProperty(row => row.Hold, (Guid?)null).SetProperty(row => row.ReferenceVersion, copied), cancellationToken);
    }

    private async Task RemoveAsync(HomeMaker maker, PooledHome home, CancellationToken cancellationToken)
    {
        var hold = NewHold();
        if (await TryHoldAsync(home, hold, cancellationToken) && await IsNobodysAsync(home, cancellationToken))
        {
            await maker.RemoveDatabaseAsync(home.Name, cancellationToken);
            await maker.RemoveLoginAsync(home.Name, cancellationToken);
            await ForgetAsync(home, cancellationToken);
        }
    }

    // From here on no tenant gets it, and what was copied counts for nothing: it may be made anew, and whoever does may die. One that a tenant has by now is in the pool no more.
    private async Task<bool> TryHoldAsync(PooledHome home, Guid hold, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.PooledHomes.Where(row => row.Name == home.Name)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.IsReady, false).SetProperty(row => row.Hold, hold).SetProperty(row => row.ReferenceVersion, (string?)null), cancellationToken) > 0;
    }

    private async Task ChangeAsync(PooledHome home, Guid hold, Action<UpdateSettersBuilder<PooledHome>> set, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.PooledHomes.Where(row => row.Name == home.Name && row.Hold == hold).ExecuteUpdateAsync(set, cancellationToken);
    }

    private Guid NewHold() => Guid.CreateVersion7(clock.GetUtcNow());

    // A control database that was restored to an earlier moment has homes in its pool that tenants have got since.
    private async Task<bool> IsNobodysAsync(PooledHome home, CancellationToken cancellationToken)
    {
        if (!await homes.IsAnothersAsync(tenant: null, home.Placement, cancellationToken))
        {
            return true;
        }

        HasTenant(logger, home.Name);
        await ForgetAsync(home, cancellationToken);
        return false;
    }

    private async Task ForgetAsync(PooledHome home, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.PooledHomes.Where(row => row.Name == home.Name).ExecuteDeleteAsync(cancellationToken);
    }

    private async Task<NpgsqlConnection> OpenAsync(HomeStore at, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(at.Provisioner)
        {
            Database = "postgres", // locks of this kind belong to a database
            Pooling = false,
            Timeout = SecondsToConnect,
            CommandTimeout = SecondsToMake,
            ApplicationName = LockName,
            Options = NoticeLoss,
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync();
            if (exception is SocketException or TimeoutException or (NpgsqlException and not PostgresException))
            {
                throw new StoreUnreachableException($"The server of the store {at.Name} cannot be reached: {exception.Message}", exception);
            }

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

    [LoggerMessage(Level = LogLevel.Error, Message = "The database {Home} is in the pool of homes and a tenant is at home there; it is left alone and in the pool no more. Was the control database restored to an earlier moment?")]
    private static partial void HasTenant(ILogger logger, string home);
}

/// <summary>The server of a store does not answer.</summary>
internal sealed class StoreUnreachableException(string message, Exception innerException) : InvalidOperationException(message, innerException);
