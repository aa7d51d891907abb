using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Members;

internal static class MembersLock
{
    /// <summary>Lets other changes of this tenant's members wait until the transaction ends, by writing the tenant's row.</summary>
    public static Task LockMembersAsync(this PlatformDbContext db, TenantId tenant, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.Tenants.Where(row => row.Id == tenant).ExecuteUpdateAsync(set => set.SetProperty(row => row.MembersChangedAt, now), cancellationToken);
}
