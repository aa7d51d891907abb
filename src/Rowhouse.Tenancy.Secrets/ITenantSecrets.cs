namespace Rowhouse.Tenancy.Secrets;

/// <summary>All secrets of the scope's tenant, for who changes its keys.</summary>
/// <exception cref="TenantNotBoundException">The scope has no tenant; the message names the place that asked.</exception>
public interface ITenantSecrets
{
    /// <summary>
    /// Seals by the tenant's last key what earlier ones have sealed. Each secret is done by itself, so it can be stopped and done again. Nobody has to wait for
    /// it: what is set is sealed by the last key anyway, and earlier keys still open.
    /// </summary>
    /// <param name="cancellationToken">Stops; what was done stays done.</param>
    /// <returns>What was done.</returns>
    Task<ResealReport> ResealAsync(CancellationToken cancellationToken = default);
}

/// <summary>What became of a tenant's secrets when they were sealed anew.</summary>
/// <param name="Resealed">How many were sealed anew.</param>
/// <param name="Closed">The names of those that do not open by any key, and were left as they are: they have to be set again.</param>
public sealed record ResealReport(int Resealed, IReadOnlyList<string> Closed);
