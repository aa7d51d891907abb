using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Keys;

internal static class KeysLock
{
    /// <summary>Lets others who change the keys of a tenant wait until the transaction ends.</summary>
    public static Task LockKeysAsync(this PlatformDbContext db, TenantId tenant, CancellationToken cancellationToken) => db.LockAsync($"tenant-keys:{tenant}", cancellationToken);

    /// <summary>Lets other servers that start wait until this one has looked at the platform's keys.</summary>
    public static Task LockPlatformKeysAsync(this PlatformDbContext db, CancellationToken cancellationToken) => db.LockAsync("platform-keys", cancellationToken);

    private static Task<int> LockAsync(this PlatformDbContext db, string name, CancellationToken cancellationToken) =>
#pragma warning disable RS0030 // it names no rows, and its value is a parameter
        db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({name}, 0))", cancellationToken);
#pragma warning restore RS0030
}
