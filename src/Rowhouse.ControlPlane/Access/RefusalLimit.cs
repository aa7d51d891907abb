using System.Threading.RateLimiting;

namespace Rowhouse.ControlPlane.Access;

/// <summary>
/// How often somebody may name tenants that are not theirs. Each time is recorded, whether such a tenant exists or not, so
/// that neither the answer nor its time tells; this bounds the records.
/// </summary>
internal sealed class RefusalLimit : IDisposable
{
    /// <summary>Refusals that may come at once.</summary>
    public const int Burst = 30;

    /// <summary>How often one more may come after those.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly PartitionedRateLimiter<Guid> limiter = PartitionedRateLimiter.Create<Guid, Guid>(person => RateLimitPartition.GetTokenBucketLimiter(
        person,
        _ => new() { TokenLimit = Burst, TokensPerPeriod = 1, ReplenishmentPeriod = Pause, QueueLimit = 0 }));

    /// <summary>Whether one more is recorded and answered as what it is.</summary>
    public bool Take(Guid person)
    {
        using var lease = limiter.AttemptAcquire(person);
        return lease.IsAcquired;
    }

    public void Dispose() => limiter.Dispose();
}
