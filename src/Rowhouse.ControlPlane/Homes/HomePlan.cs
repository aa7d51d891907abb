using System.Text;
using Rowhouse.ControlPlane.Homes.Pool;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Homes;

/// <summary>Decides what a tenant's dedicated home is called and its login's password: those of one that was made ahead, or new ones, which whoever asks saves before anything is made.</summary>
internal sealed class HomePlan(PostgresStore store, HomePool pool, PlatformKeys keys, TimeProvider clock)
{
    /// <summary>A home for a new tenant.</summary>
    /// <param name="db">The unit of work in which the tenant gets it.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="key">The tenant's key.</param>
    /// <param name="place">The store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PlannedHome> PlanAsync(PlatformDbContext db, TenantId tenant, WrappedKey key, string place, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var pooled = await pool.TakeAsync(db, place, cancellationToken);
        var password = pooled?.OpenPassword(keys); // one that cannot be opened is made anew, and the login gets it
        var name = pooled?.Name ?? store.Connections.Roles.HomeOf(Guid.CreateVersion7(now));
        var opened = keys.Find(key.PlatformKey!).Unwrap(tenant, key.Version, key.Wrapped!); // one that was just made is wrapped
        var home = new Home
        {
            Name = name,
            TenantId = tenant,
            Password = opened.Seal(Home.PurposeOf(name), Encoding.UTF8.GetBytes(password ?? HomeMaker.MakePassword())),
            KeyVersion = key.Version,
            CreatedAt = now,
        };
        return new(home, IsMade: password is not null);
    }
}

/// <summary>A home that a tenant is to have.</summary>
/// <param name="Home">What it is called.</param>
/// <param name="IsMade">Whether database and login are there.</param>
internal sealed record PlannedHome(Home Home, bool IsMade);
