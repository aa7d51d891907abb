using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Rowhouse.Modules.Problems;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>
/// How many passwords are hashed at once. A hash is slow on purpose, so anybody could otherwise keep all processors busy
/// with passwords from many networks.
/// </summary>
/// <remarks>Every endpoint that hashes or verifies one has the filter <see cref="Turn"/>.</remarks>
internal sealed class PasswordWork : IDisposable
{
    private const int Waiting = 200;
    private const int OfOneRange = 20;
    private const int WaitingOfOneRange = 100;

    private readonly ConcurrencyLimiter limiter = new(new()
    {
        PermitLimit = Math.Max(2, Environment.ProcessorCount),
        QueueLimit = Waiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    // Whoever has a provider's range of addresses waits for themselves, and leaves others their room.
    private readonly PartitionedRateLimiter<HttpContext> shares = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        RateLimitPartition.GetConcurrencyLimiter(Networks.WideOf(context), _ => new() { PermitLimit = OfOneRange, QueueLimit = WaitingOfOneRange }));

    public void Dispose()
    {
        limiter.Dispose();
        shares.Dispose();
    }

    /// <summary>Lets a request wait for its turn, and refuses it where too many wait already.</summary>
    public sealed class Turn(PasswordWork work) : IEndpointFilter
    {
        public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            using var share = await work.shares.AcquireAsync(context.HttpContext, cancellationToken: context.HttpContext.RequestAborted);
            if (share.IsAcquired)
            {
                using var turn = await work.limiter.AcquireAsync(cancellationToken: context.HttpContext.RequestAborted);
                if (turn.IsAcquired)
                {
                    return await next(context);
                }
            }

            return RequestProblems.ComeAgain(context.HttpContext.Response, seconds: 1, "Very many passwords are checked just now. Try again in a moment.");
        }
    }
}
