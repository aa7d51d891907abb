using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Rowhouse.Tenancy;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>How many requests with whole files run at once: few of one owner, and few on this node whoever sends them.</summary>
/// <remarks>Who comes too many is told so and does not wait: a body that nobody reads would keep the connection and the sender busy.</remarks>
internal abstract class Turns<TOwner>(int each, int node) : IDisposable
    where TOwner : notnull
{
    private const string RetryAfterSeconds = "10";

    // The owner's turns first: who has none left takes none of the node's.
    private readonly PartitionedRateLimiter<TOwner> limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<TOwner, TOwner>(owner => RateLimitPartition.GetConcurrencyLimiter(owner, _ => new() { PermitLimit = each })),
        PartitionedRateLimiter.Create<TOwner, int>(_ => RateLimitPartition.GetConcurrencyLimiter(0, _ => new() { PermitLimit = node })));

    /// <summary>Takes a turn; dispose it when the work is done.</summary>
    public RateLimitLease Take(TOwner owner) => limiter.AttemptAcquire(owner);

    public static ProblemHttpResult Refuse(HttpResponse response, string detail)
    {
        response.Headers.RetryAfter = RetryAfterSeconds;
        return CardVaultProblems.TooManyAtOnce.With(detail);
    }

    public void Dispose() => limiter.Dispose();
}

/// <summary>Imports: each holds its file in memory, so a node runs few, and a tenant one.</summary>
internal sealed class ImportTurns() : Turns<TenantId>(each: 1, NodeLimit)
{
    public const int NodeLimit = 4;
}

/// <summary>Exports: a person reads one or two, and those who read slowly leave room for others.</summary>
internal sealed class ExportTurns() : Turns<Guid>(PersonLimit, NodeLimit)
{
    public const int PersonLimit = 2;
    public const int NodeLimit = 16;
}
