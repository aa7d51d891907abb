using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Licenses;

internal static class BannedEnterprises
{
    /// <summary>Those of some enterprises whose licenses do not hold.</summary>
    public static Task<HashSet<string>> BannedAsync(this PlatformDbContext db, IEnumerable<string> enterprises, CancellationToken cancellationToken)
    {
        var asked = enterprises.Distinct().ToList();
        return db.Enterprises.AsNoTracking().Where(enterprise => asked.Contains(enterprise.Id) && enterprise.Banned).Select(enterprise => enterprise.Id).ToHashSetAsync(cancellationToken);
    }

    /// <summary>Whether an enterprise's licenses do not hold.</summary>
    public static Task<bool> IsBannedAsync(this PlatformDbContext db, string enterprise, CancellationToken cancellationToken) =>
        db.Enterprises.AnyAsync(one => one.Id == enterprise && one.Banned, cancellationToken);
}
