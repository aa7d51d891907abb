using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>
/// Bounds the streams of events that are open at once in one session: each is a connection for minutes and asks the database again and again, and a program
/// that opens one for each thing it looks at would have as many as there are.
/// </summary>
internal sealed class StreamLimit
{
    /// <summary>How many streams one session has at once, at one server.</summary>
    public const int Most = 20;

    private const int ComeAgainAfter = 5;

    private readonly Lock gate = new();
    private readonly Dictionary<SecretHash, int> open = [];

    /// <summary>Opens a stream until the answer has ended.</summary>
    /// <returns>Why not, where there are as many as there may be.</returns>
    public IResult? Open(HttpContext context)
    {
        var session = SignedIn.Of(context)?.Session ?? throw new InvalidOperationException("Streams are for those who are signed in.");
        lock (gate)
        {
            var there = open.GetValueOrDefault(session);
            if (there == Most)
            {
                return RequestProblems.ComeAgain(context.Response, ComeAgainAfter, $"{Most} streams of events are open in this session, which is as many as it may have at once. Close one first, or sign in once more for another program.");
            }

            open[session] = there + 1;
        }

        context.Response.RegisterForDispose(new Slot(this, session));
        return null;
    }

    private void Close(SecretHash session)
    {
        lock (gate)
        {
            if (open[session] == 1)
            {
                open.Remove(session);
            }
            else
            {
                open[session]--;
            }
        }
    }

    private sealed class Slot(StreamLimit limit, SecretHash session) : IDisposable
    {
        public void Dispose() => limit.Close(session);
    }
}

internal static class StreamEndpointExtensions
{
    /// <summary>Says that the endpoint answers with a stream of events, of which a session has so many at once.</summary>
    public static RouteHandlerBuilder WithStreamLimit(this RouteHandlerBuilder endpoint) => endpoint
        .AddEndpointFilter((invocation, next) => invocation.HttpContext.RequestServices.GetRequiredService<StreamLimit>().Open(invocation.HttpContext) is { } refused ? ValueTask.FromResult<object?>(refused) : next(invocation))
        .WithProblems(RequestProblems.TooMany);
}
