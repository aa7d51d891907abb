using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Keys;

/// <summary>Makes keys for tenants, wrapped by the platform's; whoever asks saves them.</summary>
internal sealed class KeyMaker(PlatformKeys keys, TimeProvider clock)
{
    /// <summary>The key that a tenant begins with.</summary>
    public WrappedKey MakeFirst(TenantId tenant) => Make(tenant, version: 1);

    public WrappedKey Make(TenantId tenant, int version) => new()
    {
        TenantId = tenant,
        Version = version,
        Wrapped = keys.Current.MakeKey(tenant, version),
        PlatformKey = keys.Current.Id,
        CreatedAt = clock.GetUtcNow(),
    };
}
