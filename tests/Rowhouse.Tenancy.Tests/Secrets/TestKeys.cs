using System.Collections.Concurrent;
using System.Security.Cryptography;
using Rowhouse.Tenancy.Keys;

namespace Rowhouse.Tenancy.Tests.Secrets;

/// <summary>Keys in memory, as an application without a control plane may have them.</summary>
public sealed class TestKeys : ITenantKeys
{
    private readonly ConcurrentDictionary<TenantId, List<TenantKey>> all = new();

    public ValueTask<TenantKey> GetCurrentAsync(TenantId tenant, CancellationToken cancellationToken = default) =>
        new(Of(tenant).LastOrDefault() ?? throw new TenantKeyUnavailableException(tenant));

    public ValueTask<TenantKey> GetAsync(TenantId tenant, int version, CancellationToken cancellationToken = default) =>
        new(Of(tenant).SingleOrDefault(key => key.Version == version) ?? throw new TenantKeyUnavailableException(tenant, version));

    public void Rotate(TenantId tenant) => Of(tenant).Add(Make(tenant, Of(tenant)[^1].Version + 1));

    public void Destroy(TenantId tenant) => Of(tenant).Clear();

    private List<TenantKey> Of(TenantId tenant) => all.GetOrAdd(tenant, id => [Make(id, 1)]);

    private static TenantKey Make(TenantId tenant, int version) => new(tenant, version, RandomNumberGenerator.GetBytes(Envelope.KeyLength));
}
