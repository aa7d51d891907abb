using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>Where new tenants go that are told no store.</summary>
internal sealed class DefaultStores(PlatformDbContext db)
{
    /// <summary>The store in which the home of a new private tenant is made while it takes any, or <see cref="PlatformParameters.LeastFull"/>.</summary>
    public async Task<string> FindDedicatedAsync(CancellationToken cancellationToken)
    {
        var known = PlatformParameters.DedicatedStore;
        return known.With(await db.Parameters.AsNoTracking().SingleOrDefaultAsync(stored => stored.Path == known.Path.Value, cancellationToken)).Value;
    }
}
