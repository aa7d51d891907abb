using Microsoft.EntityFrameworkCore;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// The home that this node believes the tenant to have does not take writes: the tenant moved, or is moving. Nothing was
/// written, and work that may be repeated was, until ten seconds had passed. Whoever asked may ask again a little later.
/// </summary>
public sealed class HomeNotWritableException : DbUpdateException
{
    /// <summary>The SQLSTATE that the fence of a home raises.</summary>
    public const string SqlState = "RH001";

    internal HomeNotWritableException(TenantId tenantId, int generation, Exception inner)
        : base($"Home {generation} of tenant {tenantId} does not take writes: the tenant moved or is moving.", inner)
    {
        TenantId = tenantId;
        Generation = generation;
    }

    /// <summary>The tenant.</summary>
    public TenantId TenantId { get; }

    /// <summary>The generation of the home that was refused.</summary>
    public int Generation { get; }
}
