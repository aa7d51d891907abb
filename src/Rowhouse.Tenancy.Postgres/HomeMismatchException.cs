namespace Rowhouse.Tenancy.Postgres;

/// <summary>The tenant's home in this store is not the one that was named, or somebody else works on it. It was left alone.</summary>
public sealed class HomeMismatchException : Exception
{
    internal HomeMismatchException(TenantId tenantId, int generation)
        : base($"The home of tenant {tenantId} in this store is not the one of generation {generation}, or is another's work by now.")
    {
        TenantId = tenantId;
        Generation = generation;
    }

    /// <summary>The tenant.</summary>
    public TenantId TenantId { get; }

    /// <summary>The generation that was named.</summary>
    public int Generation { get; }
}
