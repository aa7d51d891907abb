using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Modules.Http;

/// <summary>
/// Takes in a body whole before its endpoint runs, and then asks again whether the request may go on. A body that trickles in
/// would otherwise keep alive what its sender was allowed when it began, and keep others from the turns of an endpoint.
/// </summary>
internal sealed class WholeBodies(RequestDelegate next, TimeProvider clock) : IDisposable
{
    /// <summary>A body above this goes to a file that only the server's user reads and that is gone with the request. In bytes.</summary>
    private const int InMemory = 65_536;

    private const long SlowestBytesPerSecond = 250_000;

    private static readonly TimeSpan Least = TimeSpan.FromSeconds(30);

    private readonly FileTurns files = new();

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is null)
        {
            await next(context);
            return;
        }

        // JSON has the server's limit; only an endpoint that takes files has one of its own.
        var isFile = endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is not null;
        if (await ReceiveAsync(context, isFile) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    public void Dispose() => files.Dispose();

    /// <summary>How long a sender may take for a body of at most so many bytes.</summary>
    private static TimeSpan Deadline(long limit) => TimeSpan.FromSeconds(Math.Max(Least.TotalSeconds, (double)limit / SlowestBytesPerSecond));

    private async Task<IResult?> ReceiveAsync(HttpContext context, bool isFile)
    {
        var caller = context.RequestServices.GetRequiredService<Caller>();
        var scope = context.RequestServices.GetRequiredService<TenantScope>();
        using var turn = isFile && caller.IsKnown ? files.Take((scope.IsBound ? scope.Tenant.Id : null, caller.PersonId)) : null;
        if (turn is { IsAcquired: false })
        {
            return RequestProblems.ComeAgain(context.Response, seconds: 10, "You or your organisation are sending other files, or very many others are. Send this one again when the others have come.");
        }

        context.Request.EnableBuffering(InMemory);
        var time = Deadline(context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? 0);
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

    /// <summary>Files that come in: a person sends two, and the people of one tenant leave room for other tenants.</summary>
    private sealed class FileTurns() : Turns<(TenantId? Tenant, Guid Person)>(
        Each(OfOnePerson, owner => owner.Person), Each(OfOneTenant, owner => owner.Tenant.GetValueOrDefault()), Each(OfThisNode, _ => 0))
    {
        private const int OfOnePerson = 2;
        private const int OfOneTenant = 8;
        private const int OfThisNode = 64;
    }
}
