namespace Rowhouse.Tenancy.Postgres.Homes;

/// <summary>What whoever makes dedicated homes knows of them. A singleton; safe for concurrent use.</summary>
public interface IDedicatedHomes
{
    /// <summary>The password of the login of a tenant's home. Asked for each new connection to it, and never for a request.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="home">Its home.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The tenant has no such home.</exception>
    ValueTask<string> GetPasswordAsync(TenantId tenant, Placement home, CancellationToken cancellationToken = default);

    /// <summary>The tenants that live in a dedicated home, some at a time, in the order of their ids.</summary>
    /// <param name="after">The last one of the answer before; none at first.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<(TenantId Tenant, Placement Home)>> FindAsync(TenantId? after, int most, CancellationToken cancellationToken = default);
}
