using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Modules.Http;

/// <summary>
/// Takes in a body whole before its endpoint runs, and then asks again whether the request may go on. A body that trickles in
/// would otherwise keep alive what its sender was allowed when it began, and keep others from the turns of an endpoint.
/// </summary>
internal sealed class WholeBodies(RequestDelegate next, TimeProvider clock) : IDisposable
{
    /// <summary>What an endpoint takes that says nothing of it: JSON. In bytes.</summary>
    public const long UsualLimit = 1_000_000;

    /// <summary>A body above this goes to a file that only the server's user reads and that is gone with the request. In bytes.</summary>
    private const int InMemory = 65_536;

    private const long SlowestBytesPerSecond = 250_000;
    private const int FilesOfOnePerson = 2;
    private const int FilesOfThisNode = 64;

    private static readonly TimeSpan Least = TimeSpan.FromSeconds(30);

    private readonly PartitionedRateLimiter<Guid> files = PartitionedRateLimiter.CreateChained(Each(FilesOfOnePerson, person => person), Each(FilesOfThisNode, _ => Guid.Empty));

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is null)
        {
            await next(context);
            return;
        }

        var limit = endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? UsualLimit;
        if (await ReceiveAsync(context, limit) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    public void Dispose() => files.Dispose();

    /// <summary>How long a sender may take for a body of at most so many bytes.</summary>
    public static TimeSpan Deadline(long limit) => TimeSpan.FromSeconds(Math.Max(Least.TotalSeconds, (double)limit / SlowestBytesPerSecond));

    private async Task<IResult?> ReceiveAsync(HttpContext context, long limit)
    {
        var caller = context.RequestServices.GetRequiredService<Caller>();
        using var turn = limit > UsualLimit && caller.IsKnown ? files.AttemptAcquire(caller.PersonId) : null;
        if (turn is { IsAcquired: false })
        {
            context.Response.Headers.RetryAfter = "10";
            return RequestProblems.TooMany.With("You are sending other files, or very many people are. Send this one again when the others have come.");
        }

        context.Request.EnableBuffering(InMemory);
        var time = Deadline(limit);
        using var deadline = new CancellationTokenSource(time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, deadline.Token);
        try
        {
            await context.Request.Body.DrainAsync(either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            return RequestProblems.TooSlow.With($"The body had not come whole after {time.TotalSeconds:N0} seconds, and nothing was done. Send less at once, or over a faster line.");
        }

        context.Request.Body.Position = 0;
        return await context.RequestServices.GetRequiredService<ITenantAdmission>().AdmitBodyAsync(context, context.RequestAborted);
    }

    private static PartitionedRateLimiter<Guid> Each(int turns, Func<Guid, Guid> owner) =>
        PartitionedRateLimiter.Create<Guid, Guid>(by => RateLimitPartition.GetConcurrencyLimiter(owner(by), _ => new() { PermitLimit = turns }));
}
