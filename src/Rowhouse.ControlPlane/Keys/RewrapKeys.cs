using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Keys;

/// <summary>Wraps all tenants' keys, and seals how stores are reached by the platform's first key, so that the others can leave the file. What was done stays done: it can be stopped and run again, also by two at once.</summary>
internal sealed class RewrapKeys(IDbContextFactory<PlatformDbContext> contexts, PlatformKeys keys)
{
    private const int Batch = 200;

    /// <summary>Wraps what is left.</summary>
    /// <param name="batchDone">Told after each batch how many keys were wrapped until then; what it throws stops this.</param>
    /// <param name="cancellationToken">Stops; what was done stays done.</param>
    /// <returns>How many keys were wrapped.</returns>
    /// <exception cref="PlatformKeyException">Some are wrapped by a key that this server does not have.</exception>
    public async Task<int> RunAsync(Action<int>? batchDone, CancellationToken cancellationToken)
    {
        var current = keys.Current;
        var done = 0;
        while (await RewrapBatchAsync(current, cancellationToken) is { } wrapped)
        {
            done += wrapped;
            batchDone?.Invoke(done);
        }

        return done + await SealStoresAsync(current, cancellationToken);
    }

    // They are few. One that somebody changes at the same moment is left as it is: it is sealed by the current key then.
    private async Task<int> SealStoresAsync(PlatformKey current, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var done = 0;
        foreach (var store in await db.Stores.AsNoTracking().Where(store => store.PlatformKey != null && store.PlatformKey != current.Id).ToListAsync(cancellationToken))
        {
            var (name, earlier, version) = (store.Name, store.PlatformKey, store.Version);
            store.Lead(store.Open(keys), current);
            var now = store.Connections;
            done += await db.Stores.Where(row => row.Name == name && row.PlatformKey == earlier && row.Version == version)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Connections, now).SetProperty(row => row.PlatformKey, current.Id), cancellationToken);
        }

        return done;
    }

    // Null where nothing is left.
    private async Task<int?> RewrapBatchAsync(PlatformKey current, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.PlatformKeys.Where(key => key.Id != current.Id && db.TenantKeys.Any(wrapped => wrapped.PlatformKey == key.Id)).OrderBy(key => key.Id).Select(key => key.Id).FirstOrDefaultAsync(cancellationToken) is not { } id)
        {
            return null;
        }

        var earlier = keys.Find(id);
        var batch = await db.TenantKeys.AsNoTracking().Where(key => key.PlatformKey == id).OrderBy(key => key.TenantId).ThenBy(key => key.Version).Take(Batch).ToListAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var done = 0;
        foreach (var key in batch)
        {
            var wrapped = earlier.Rewrap(current, key.TenantId, key.Version, key.Wrapped!); // what has the id of a key has one

            // One that was destroyed meanwhile, or that another server has wrapped, is left as it is.
            done += await db.TenantKeys.Where(row => row.TenantId == key.TenantId && row.Version == key.Version && row.PlatformKey == id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Wrapped, wrapped).SetProperty(row => row.PlatformKey, current.Id), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return done;
    }
}
