using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>Reads parameters as they stand.</summary>
internal sealed class ParameterReader(IDbContextFactory<PlatformDbContext> contexts)
{
    // Of each tenant that is there at least its cloud type and its status are read.
    private const int FewestOfTenant = 2;

    /// <summary>Parameters in the order of their paths.</summary>
    /// <param name="scope">Which.</param>
    /// <param name="after">Behind this one; from the first where it is none.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<IReadOnlyList<Parameter>> ReadAsync(ParameterScope scope, ParameterPath? after, int most, CancellationToken cancellationToken)
    {
        List<Parameter> found = [];
        if (scope.CoversTenants && !(after > PlatformParameters.Root))
        {
            // The last one's tenant again: it may have more.
            var from = after is { } last ? ParameterScope.TenantOf(last) : null;
            var tenants = await ReadTenantsAsync(from?.Value ?? Guid.Empty, (most / FewestOfTenant) + FewestOfTenant, cancellationToken);
            found.AddRange(tenants.SelectMany(AccountParameters.ParametersOf));
        }
        else if (scope.Tenant is { } tenant)
        {
            found.AddRange((await ReadTenantsAsync([tenant], cancellationToken)).SelectMany(AccountParameters.ParametersOf));
        }

        var (covered, begun) = (found.Where(parameter => scope.Covers(parameter.Path)), after);
        var page = (begun is { } behind ? covered.Where(parameter => parameter.Path > behind) : covered).Take(most).ToList();
        if (page.Count < most && scope.CoversPlatform)
        {
            page.AddRange((await ReadPlatformAsync(cancellationToken)).Where(parameter => scope.Covers(parameter.Path) && !(after is { } passed && parameter.Path <= passed)).Take(most - page.Count));
        }

        return page;
    }

    /// <summary>Tenants that are there, by id.</summary>
    /// <param name="from">From this one on.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<IReadOnlyList<RegisteredTenant>> ReadTenantsAsync(Guid from, int most, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await ThoseThere(db).Where(tenant => ((Guid)(object)tenant.Id).CompareTo(from) >= 0).OrderBy(tenant => tenant.Id).Take(most).ToListAsync(cancellationToken);
    }

    /// <summary>Those of some tenants that are there.</summary>
    public async Task<IReadOnlyList<RegisteredTenant>> ReadTenantsAsync(IReadOnlyCollection<TenantId> ids, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await ThoseThere(db).Where(tenant => ids.Contains(tenant.Id)).ToListAsync(cancellationToken);
    }

    /// <summary>The parameters of the platform, all of them.</summary>
    public async Task<IReadOnlyList<Parameter>> ReadPlatformAsync(CancellationToken cancellationToken)
    {
        var paths = PlatformParameters.All.Select(known => known.Path.Value).ToList();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var stored = await db.Parameters.AsNoTracking().Where(parameter => paths.Contains(parameter.Path)).ToDictionaryAsync(parameter => parameter.Path, StringComparer.Ordinal, cancellationToken);
        return [.. PlatformParameters.All.Select(known => known.With(stored.GetValueOrDefault(known.Path.Value)))];
    }

    // Said state by state, as an index says it: those who are gone are many in the end, and are stepped over by it.
    private static IQueryable<RegisteredTenant> ThoseThere(PlatformDbContext db) => db.Tenants.AsNoTracking().Where(tenant =>
        tenant.Status != TenantStatus.Deleting && tenant.Status != TenantStatus.Deleted && tenant.Status != TenantStatus.Purged && tenant.Status != TenantStatus.Erased);
}
