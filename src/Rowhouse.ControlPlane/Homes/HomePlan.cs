using System.Text;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Homes;

/// <summary>Decides what a tenant's dedicated home is called and its login's password; whoever asks saves both before anything is made.</summary>
internal sealed class HomePlan(PostgresStore store, PlatformKeys keys, TimeProvider clock)
{
    /// <summary>A new home for a tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="key">The tenant's key.</param>
    public Home Make(TenantId tenant, WrappedKey key)
    {
        var now = clock.GetUtcNow();
        var name = store.Connections.Roles.HomeOf(Guid.CreateVersion7(now));
        var opened = keys.Find(key.PlatformKey!).Unwrap(tenant, key.Version, key.Wrapped!); // one that was just made is wrapped
        return new()
        {
            Name = name,
            TenantId = tenant,
            Password = opened.Seal(Home.PurposeOf(name), Encoding.UTF8.GetBytes(HomeMaker.MakePassword())),
            KeyVersion = key.Version,
            CreatedAt = now,
        };
    }
}
