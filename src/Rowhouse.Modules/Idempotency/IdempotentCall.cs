using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;

namespace Rowhouse.Modules.Idempotency;

/// <summary>
/// One call of an endpoint that honours <c>Idempotency-Key</c>. The key is taken and the answer kept in the transaction of the effect, so there
/// is no state in between that a crash could leave. Only a success is kept: whoever is refused may mend the request and send it under the same key.
/// </summary>
internal static class IdempotentCall
{
    private const int RetryAfterSeconds = 1;

    public static async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next, IIdempotencyStore store)
    {
        var http = call.HttpContext;
        if (http.Request.Headers[IdempotencyKey.Header] is not { Count: > 0 } given)
        {
            return await next(call);
        }

        if (!IdempotencyKey.IsValid(given))
        {
            return RequestProblems.Malformed.With($"{IdempotencyKey.Header} is one value of 1 to {IdempotencyKey.MaxLength} visible ASCII characters, a new one for each thing to do; a UUID will do.");
        }

        var key = new IdempotencyKey($"{http.Request.Method} {((RouteEndpoint)http.GetEndpoint()!).RoutePattern.RawText}", given.ToString()); // a filter runs at its endpoint
        var request = await FingerprintAsync(http.Request, http.RequestAborted);
        return await store.InTransactionAsync(
            async cancellationToken =>
            {
                if (!await store.TryLockAsync(key, cancellationToken))
                {
                    http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
                    return RequestProblems.InFlight.With("Another request with this key is being worked on. Send this one again in a moment for its answer.");
                }

                if (await store.FindAsync(key, cancellationToken) is { } kept)
                {
                    return kept.Request.AsSpan().SequenceEqual(request)
                        ? await RefuseOthersAsync(kept, call, next, store, cancellationToken) ?? new AnswerAgain(kept)
                        : RequestProblems.KeyReused.With("The key was used for a request of another path, query or body. Send a new key with a new request; to repeat the old one, send it unchanged.");
                }

                var result = await next(call);
                if (await AnswerOfAsync(result, request, http) is { } answer)
                {
                    await store.KeepAsync(key, answer, cancellationToken);
                }

                return result;
            },
            http.RequestAborted);
    }

    /// <summary>What somebody else than who had the answer is told, or who has another role by now, where the endpoint itself does not let them: it is asked, and whatever it does is undone.</summary>
    private static async Task<object?> RefuseOthersAsync(KeptAnswer kept, EndpointFilterInvocationContext call, EndpointFilterDelegate next, IIdempotencyStore store, CancellationToken cancellationToken)
    {
        var caller = call.HttpContext.RequestServices.GetRequiredService<Caller>();
        if (caller.PersonId == kept.PersonId && caller.Role == kept.Role)
        {
            return null;
        }

        var result = await store.RehearseAsync(async () => await next(call), cancellationToken);
        call.HttpContext.Response.Headers.ETag = default; // of an answer that is not given
        return StatusOf(result) is StatusCodes.Status403Forbidden or StatusCodes.Status404NotFound ? result : null;
    }

    // The body was taken in whole before the endpoint was called.
    private static async Task<byte[]> FingerprintAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Path}{request.QueryString}\n"));
        request.Body.Position = 0;
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }

        return hash.GetHashAndReset();
    }

    private static async Task<KeptAnswer?> AnswerOfAsync(object? result, byte[] request, HttpContext http)
    {
        // Whatever else is a success changed nothing, so it can be asked for again.
        if (StatusOf(result) is not (StatusCodes.Status201Created or StatusCodes.Status202Accepted) || Inner(result) is not IResult answer)
        {
            return null;
        }

        var value = (answer as IValueHttpResult)?.Value ?? throw new InvalidOperationException($"{http.GetEndpoint()} honours {IdempotencyKey.Header} and answers a success without a value.");

        // A result tells its headers to nobody but a response.
        var rehearsal = new DefaultHttpContext { RequestServices = http.RequestServices };
        await answer.ExecuteAsync(rehearsal);
        var caller = http.RequestServices.GetRequiredService<Caller>();
        return new()
        {
            Request = request,
            PersonId = caller.PersonId,
            Role = caller.Role,
            Status = rehearsal.Response.StatusCode,
            Location = rehearsal.Response.Headers.Location,
            ETag = http.Response.Headers.ETag,
            Body = http.RequestServices.GetRequiredService<KeptJson>().Write(value),
        };
    }

    private static int? StatusOf(object? result) => (Inner(result) as IStatusCodeHttpResult)?.StatusCode;

    private static object? Inner(object? result) => result is INestedHttpResult { Result: var inner } ? Inner(inner) : result;
}
