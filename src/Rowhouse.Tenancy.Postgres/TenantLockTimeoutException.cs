using Microsoft.EntityFrameworkCore;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>Others held something that the work needs for too long. Nothing was changed; whoever asked may ask again a little later.</summary>
/// <param name="name">What was locked.</param>
/// <param name="inner">What the database said.</param>
public sealed class TenantLockTimeoutException(string name, Exception inner)
    : DbUpdateException($"Others were working on the tenant's {name} for too long.", inner);
