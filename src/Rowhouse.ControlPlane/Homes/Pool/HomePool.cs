using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Homes.Pool;

/// <summary>The homes that were made ahead. What is taken of them belongs to whoever commits first.</summary>
internal sealed class HomePool : WorkSignal
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
        db.AfterCommit(Set);
        return taken is [var home] ? home : null;
    }
}
