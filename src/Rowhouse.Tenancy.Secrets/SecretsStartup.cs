using Microsoft.Extensions.Hosting;
using Rowhouse.Tenancy.Keys;

namespace Rowhouse.Tenancy.Secrets;

/// <summary>Lets no application start that has secrets and no keys for them.</summary>
internal sealed class SecretsStartup(ITenantKeys keys, IEnumerable<SecretDeclaration> secrets) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => keys is NoKeys
        ? throw new InvalidOperationException(
            $"Tenants have secrets here ({string.Join(", ", secrets.Select(secret => secret.Name))}), and nobody keeps keys for them. Say who does, in AddTenancy: tenancy.UseKeys<TKeys>(), where TKeys is an {nameof(ITenantKeys)}.")
        : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The keys of an application that has none.</summary>
internal sealed class NoKeys : ITenantKeys
{
    public ValueTask<TenantKey> GetCurrentAsync(TenantId tenant, CancellationToken cancellationToken = default) => throw new TenantKeyUnavailableException(tenant);

    public ValueTask<TenantKey> GetAsync(TenantId tenant, int version, CancellationToken cancellationToken = default) => throw new TenantKeyUnavailableException(tenant, version);
}
