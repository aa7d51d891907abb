using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Homes.Pool;

/// <summary>The homes that were made ahead. Of those who ask at once each takes another one, and gives it back by not committing.</summary>
internal sealed class HomePool(HomePoolSignal signal)
{
    /// <summary>Takes the oldest whole home of a store out of the pool, in the transaction that gives it to a tenant.</summary>
    /// <returns>None where none is left.</returns>
    public async Task<PooledHome?> TakeAsync(PlatformDbContext db, string store, CancellationToken cancellationToken)
    {
#pragma warning disable RS0030 // EF Core skips no locked rows; the value is a parameter
        var taken = await db.PooledHomes.FromSql(
            $"""
            DELETE FROM platform.pooled_homes
            WHERE name = (SELECT name FROM platform.pooled_homes WHERE store = {store} AND is_ready ORDER BY name LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).AsNoTracking().ToListAsync(cancellationToken);
#pragma warning restore RS0030
        db.AfterCommit(signal.Set);
        return taken is [var home] ? home : null;
    }
}

/// <summary>Tells this server's worker of the pool that a home was taken.</summary>
internal sealed class HomePoolSignal : WorkSignal;
