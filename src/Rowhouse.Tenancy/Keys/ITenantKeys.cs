namespace Rowhouse.Tenancy.Keys;

/// <summary>
/// The data keys of tenants, by which secrets and backups are sealed. Each tenant has keys of its own, with versions from 1 on: the last seals, the others
/// still open. A singleton; safe for concurrent use. An application without a control plane supplies one by <see cref="TenancyBuilder.UseKeys{TKeys}"/>.
/// </summary>
public interface ITenantKeys
{
    /// <summary>The key that seals what the tenant writes now.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <returns>The last version. Do not keep it longer than the work at hand, so that a key that is destroyed is soon gone everywhere.</returns>
    /// <exception cref="TenantKeyUnavailableException">The tenant has none, or none any more.</exception>
    ValueTask<TenantKey> GetCurrentAsync(TenantId tenant, CancellationToken cancellationToken = default);

    /// <summary>A key by its version, for what was sealed some time ago.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <returns>That version.</returns>
    /// <exception cref="TenantKeyUnavailableException">The tenant has no such version, or none any more.</exception>
    ValueTask<TenantKey> GetAsync(TenantId tenant, int version, CancellationToken cancellationToken = default);
}

/// <summary>A tenant has no such key: it never had, or it was destroyed. What was sealed by it cannot be opened.</summary>
public sealed class TenantKeyUnavailableException : InvalidOperationException
{
    /// <summary>A tenant has no key.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="version">The version that was asked for; <see langword="null"/> for the one that seals.</param>
    public TenantKeyUnavailableException(TenantId tenant, int? version = null)
        : base($"Tenant {tenant} has no key{(version is { } asked ? $" {asked}" : "")}: it never had, or it was destroyed. What was sealed by it stays closed.") =>
        TenantId = tenant;

    /// <summary>The tenant.</summary>
    public TenantId TenantId { get; }
}
