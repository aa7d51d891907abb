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

    /// <summary>The store that a home is in. Asked for each new connection, so it is answered from memory; only of a store that is new here is the catalogue asked.</summary>
    /// <param name="name">What the store is called.</param>
    /// <returns>The same instance, for as long as nothing of the store has changed.</returns>
    /// <exception cref="InvalidOperationException">There is no such store.</exception>
    HomeStore FindStore(string name);

    /// <summary>All stores of dedicated homes, those too of which this process does not know how they are reached.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<HomeStore>> ListStoresAsync(CancellationToken cancellationToken = default);

    /// <summary>The tenants that live in a dedicated home, some at a time, in the order of their ids.</summary>
    /// <param name="after">The last one of the answer before; none at first.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<(TenantId Tenant, Placement Home)>> FindAsync(TenantId? after, int most, CancellationToken cancellationToken = default);
}
