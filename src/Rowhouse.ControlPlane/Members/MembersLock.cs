using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Members;

internal static class MembersLock
{
    /// <summary>Lets others that take it wait until the transaction ends, by writing the tenant's row. Who invites or accepts takes none: of two at once the keys decide.</summary>
    public static Task LockMembersAsync(this PlatformDbContext db, TenantId tenant, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.Tenants.Where(row => row.Id == tenant).ExecuteUpdateAsync(set => set.SetProperty(row => row.MembersChangedAt, now), cancellationToken);
}
