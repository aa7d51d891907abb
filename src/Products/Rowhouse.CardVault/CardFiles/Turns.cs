using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>How many requests with whole files run at once: few of one owner, and few on this node whoever sends them.</summary>
/// <remarks>Who comes too many is told so and does not wait: their file would have to be kept meanwhile.</remarks>
/// <param name="limits">By whom turns are counted, and how many each has. The node comes last: who has none left takes none of the others'.</param>
internal abstract class Turns<TOwner>(params PartitionedRateLimiter<TOwner>[] limits) : IDisposable
{
    private const string RetryAfterSeconds = "10";

    private readonly PartitionedRateLimiter<TOwner> limiter = PartitionedRateLimiter.CreateChained(limits);

    /// <summary>Takes a turn; dispose it when the work is done.</summary>
    public RateLimitLease Take(TOwner owner) => limiter.AttemptAcquire(owner);

    public static ProblemHttpResult Refuse(HttpResponse response, string detail)
    {
        response.Headers.RetryAfter = RetryAfterSeconds;
        return RequestProblems.TooMany.With(detail);
    }

    public void Dispose() => limiter.Dispose();

    protected static PartitionedRateLimiter<TOwner> Each<TKey>(int turns, Func<TOwner, TKey> owner)
        where TKey : notnull =>
        PartitionedRateLimiter.Create<TOwner, TKey>(by => RateLimitPartition.GetConcurrencyLimiter(owner(by), _ => new() { PermitLimit = turns }));
}

/// <summary>Imports: each holds its file in memory, so a node runs few, and a tenant one.</summary>
internal sealed class ImportTurns() : Turns<TenantId>(Each(1, tenant => tenant), Each(NodeLimit, _ => 0))
{
    public const int NodeLimit = 4;
}

/// <summary>Exports: a person reads one or two, and those who read slowly leave room for others of their tenant and for other tenants.</summary>
internal sealed class ExportTurns() : Turns<(TenantId Tenant, Guid Person)>(
    Each(PersonLimit, owner => owner.Person), Each(TenantLimit, owner => owner.Tenant), Each(NodeLimit, _ => 0))
{
    public const int PersonLimit = 2;
    public const int TenantLimit = 4;
    public const int NodeLimit = 16;
}
