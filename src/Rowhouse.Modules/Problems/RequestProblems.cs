using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.Modules.Problems;

/// <summary>What can be wrong with any request, whatever it asks for.</summary>
public static class RequestProblems
{
    /// <summary>Fields are missing or wrong; <c>errors</c> says which.</summary>
    public static readonly ProblemType Invalid = new("urn:rowhouse:request:invalid", StatusCodes.Status400BadRequest, "The request is not valid");

    /// <summary>The request cannot be read.</summary>
    public static readonly ProblemType Malformed = new("urn:rowhouse:request:malformed", StatusCodes.Status400BadRequest, "The request cannot be read");

    /// <summary>There is nothing at this address.</summary>
    public static readonly ProblemType UnknownAddress = new("urn:rowhouse:request:unknown-address", StatusCodes.Status404NotFound, "There is nothing at this address");

    /// <summary>The address does not take this method.</summary>
    public static readonly ProblemType MethodNotAllowed = new("urn:rowhouse:request:method-not-allowed", StatusCodes.Status405MethodNotAllowed, "The address does not take this method");

    /// <summary>The thing was changed since the caller read it.</summary>
    public static readonly ProblemType ChangedMeanwhile = new("urn:rowhouse:request:changed-meanwhile", StatusCodes.Status412PreconditionFailed, "It was changed meanwhile");

    /// <summary>Somebody else changed the same thing at the same moment, and was first.</summary>
    public static readonly ProblemType ChangedAtOnce = new("urn:rowhouse:request:changed-at-once", StatusCodes.Status409Conflict, "It was changed at the same moment");

    /// <summary>Another request with the same <c>Idempotency-Key</c> is being worked on; <c>Retry-After</c> says when to send this one again.</summary>
    public static readonly ProblemType InFlight = new("urn:rowhouse:request:in-flight", StatusCodes.Status409Conflict, "The same request is being worked on");

    /// <summary>The <c>Idempotency-Key</c> was used for another request.</summary>
    public static readonly ProblemType KeyReused = new("urn:rowhouse:request:key-reused", StatusCodes.Status422UnprocessableEntity, "The key was used for another request");

    /// <summary>The body is larger than the address takes.</summary>
    public static readonly ProblemType TooLarge = new("urn:rowhouse:request:too-large", StatusCodes.Status413PayloadTooLarge, "The request is too large");

    /// <summary>The body is of a type that the address does not take.</summary>
    public static readonly ProblemType UnsupportedType = new("urn:rowhouse:request:unsupported-type", StatusCodes.Status415UnsupportedMediaType, "The type of the body is not taken here");

    /// <summary>The body did not come in time.</summary>
    public static readonly ProblemType TooSlow = new("urn:rowhouse:request:too-slow", StatusCodes.Status408RequestTimeout, "The request was sent too slowly");

    /// <summary>Too much at once or too often; <c>Retry-After</c> says when it is taken again.</summary>
    public static readonly ProblemType TooMany = new("urn:rowhouse:request:too-many", StatusCodes.Status429TooManyRequests, "Too many requests");

    /// <summary>The request came in the open.</summary>
    public static readonly ProblemType HttpsRequired = new("urn:rowhouse:request:https-required", StatusCodes.Status421MisdirectedRequest, "Use https");

    /// <summary>The server failed.</summary>
    public static readonly ProblemType Failed = new("urn:rowhouse:server:failed", StatusCodes.Status500InternalServerError, "The server failed");

    /// <summary>The server stops, and a body was still on its way.</summary>
    public static readonly ProblemType Stopping = new("urn:rowhouse:server:stopping", StatusCodes.Status503ServiceUnavailable, "The server is stopping");

    /// <summary>Others hold what the request needs, for longer than it waits.</summary>
    public static readonly ProblemType Busy = new("urn:rowhouse:server:busy", StatusCodes.Status503ServiceUnavailable, "Others are working on the same data");

    /// <summary>The database cannot be reached.</summary>
    public static readonly ProblemType StoreUnavailable = new("urn:rowhouse:server:store-unavailable", StatusCodes.Status503ServiceUnavailable, "The database cannot be reached");

    internal static readonly IReadOnlyDictionary<int, ProblemType> ByStatus = new Dictionary<int, ProblemType>
    {
        [StatusCodes.Status400BadRequest] = Malformed,
        [StatusCodes.Status404NotFound] = UnknownAddress,
        [StatusCodes.Status405MethodNotAllowed] = MethodNotAllowed,
        [StatusCodes.Status413PayloadTooLarge] = TooLarge,
        [StatusCodes.Status415UnsupportedMediaType] = UnsupportedType,
        [StatusCodes.Status500InternalServerError] = Failed,
    };

    /// <summary>The answer to whoever comes too often or all at once: <see cref="TooMany"/> with <c>Retry-After</c>.</summary>
    /// <param name="response">Where <c>Retry-After</c> is said.</param>
    /// <param name="seconds">When to come again.</param>
    /// <param name="detail">What there is too much of.</param>
    public static ProblemHttpResult ComeAgain(HttpResponse response, int seconds, string detail)
    {
        ArgumentNullException.ThrowIfNull(response);
        response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return TooMany.With(detail);
    }
}
