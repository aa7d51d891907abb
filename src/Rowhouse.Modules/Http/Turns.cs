using System.Threading.RateLimiting;

namespace Rowhouse.Modules.Http;

/// <summary>How many requests with whole files run at once: few of one owner, and few on this node whoever sends them.</summary>
/// <remarks>Who comes too many is told so and does not wait: their file would have to be kept meanwhile.</remarks>
/// <typeparam name="TOwner">Who takes turns.</typeparam>
/// <param name="limits">By whom turns are counted, and how many each has. The node comes last: who has none left takes none of the others'.</param>
public abstract class Turns<TOwner>(params PartitionedRateLimiter<TOwner>[] limits) : IDisposable
{
    private readonly PartitionedRateLimiter<TOwner> limiter = PartitionedRateLimiter.CreateChained(limits);

    /// <summary>Takes a turn; dispose it when the work is done.</summary>
    /// <param name="owner">Whose it is.</param>
    public RateLimitLease Take(TOwner owner) => limiter.AttemptAcquire(owner);

    /// <summary>Gives up the counting; turns that are taken stay so.</summary>
    public void Dispose()
    {
        limiter.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A limit.</summary>
    /// <param name="turns">How many turns there are of each.</param>
    /// <param name="owner">Of whom.</param>
    protected static PartitionedRateLimiter<TOwner> Each<TKey>(int turns, Func<TOwner, TKey> owner)
        where TKey : notnull =>
        PartitionedRateLimiter.Create<TOwner, TKey>(by => RateLimitPartition.GetConcurrencyLimiter(owner(by), _ => new() { PermitLimit = turns }));
}
