using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy.AspNetCore.Problems;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Modules.Problems;

/// <summary>What is left when a request ends in an exception: the caller's fault is told, the server's own is logged and not told.</summary>
internal sealed partial class RequestExceptionHandler(IHostApplicationLifetime lifetime, ILogger<RequestExceptionHandler> logger) : IExceptionHandler
{
    // Not an HTTP standard, but what proxies log for a caller that left.
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            CallerLeft(logger);
            httpContext.Response.StatusCode = ClientClosedRequest;
            return true;
        }

        if (Explain(httpContext, exception) is not { } problem)
        {
            RequestFailed(logger, exception, httpContext.Request.Method, httpContext.Request.Path);
            problem = RequestProblems.Failed.With("Something is wrong on our side. If this was a change, look whether it was made before you send it again. Quote the trace id when you report it.");
        }

        httpContext.Response.StatusCode = problem.StatusCode;
        await problem.ExecuteAsync(httpContext);
        return true;
    }

    private ProblemHttpResult? Explain(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return RequestProblems.TooLarge.With("The body is larger than this address takes: 1 MB of JSON, or what its description says.");
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                return RequestProblems.TooSlow.With("The body came too slowly, and nothing was done. Send less at once, or over a faster line.");
            case BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType }:
                return RequestProblems.UnsupportedType.With("Send JSON with Content-Type: application/json, or what the address's description says.");
            case BadHttpRequestException { InnerException: JsonException { Message: JsonSetup.Nul } }:
                return RequestProblems.Malformed.With(JsonSetup.Nul);
            case BadHttpRequestException { InnerException: JsonException json }:
                return ExplainJson(json);
            case BadHttpRequestException bad:
                return RequestProblems.Malformed.With(bad.InnerException is null ? bad.Message : "The request cannot be read.");
            case OperationCanceledException when lifetime.ApplicationStopping.IsCancellationRequested:
                context.Response.Headers.RetryAfter = "5";
                return RequestProblems.Stopping.With("The server is stopping and did not wait for the rest of the body. Nothing of this request was kept. Try again in a few seconds.");
            case DbUpdateConcurrencyException:
                return RequestProblems.ChangedAtOnce.With("Somebody else changed the same thing at the same moment and was first. Nothing of this request was kept. Read it again and decide anew.");
        }

        switch (OfTheDriver(exception))
        {
            case PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter }:
                return RequestProblems.Malformed.With("A text contains a character that cannot be kept, such as NUL.");
            case PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure } contended:
                DataContended(logger, contended, context.Request.Method, context.Request.Path);
                context.Response.Headers.RetryAfter = "2";
                return RequestProblems.Busy.With("Others are working on the same data and did not end in time. Nothing of this request was kept. Try again in a few seconds.");
            case PostgresException { SqlState: HomeNotWritableException.SqlState }:
                context.Response.Headers.RetryAfter = "2";
                return TenancyProblems.Moving.With("The tenant's data is being moved and takes no changes at this moment. Nothing of this request was kept. Try again in a few seconds.");
            case null when exception is SocketException or { InnerException: SocketException }:
                // The name of a store's server leads nowhere, of which the driver makes nothing of its own.
                StoreUnreachable(logger, exception);
                context.Response.Headers.RetryAfter = "5";
                return RequestProblems.StoreUnavailable.With("The database cannot be reached at the moment. Try again in a few seconds.");
            case PostgresException { IsTransient: false } or null:
                return null;
            case { } unreachable:
                StoreUnreachable(logger, unreachable);
                context.Response.Headers.RetryAfter = "5";
                return RequestProblems.StoreUnavailable.With("The database cannot be reached at the moment. Try again in a few seconds.");
        }
    }

    // EF Core wraps what fails while it saves, and again what may be gone at the next try.
    private static NpgsqlException? OfTheDriver(Exception? exception) =>
        exception is null or NpgsqlException ? exception as NpgsqlException : OfTheDriver(exception.InnerException);

    /// <summary>Where the JSON is wrong, without the names of our types, which the serializer's own message has.</summary>
    private static ProblemHttpResult ExplainJson(JsonException json)
    {
        var place = json.LineNumber is { } line ? $" (line {line + 1}, byte {json.BytePositionInLine + 1})" : "";
        // The reader's own exception has one within: then it was no JSON, however far the fields were read before.
        if (json.InnerException is JsonException || json.Path is not { Length: > 2 } path || path[1] != '.')
        {
            return RequestProblems.Malformed.With($"The body is not the JSON that this address takes{place}.");
        }

        var field = path[2..];
        var message = json.Message.Contains("could not be mapped", StringComparison.Ordinal)
            ? "This field is not known here."
            : "This value is of the wrong kind.";
        return RequestProblems.Invalid.With(
            $"The body is JSON, but not what this address takes{place}.",
            new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] });
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void RequestFailed(ILogger logger, Exception exception, string method, PathString path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} waited in vain for data that others work on")]
    private static partial void DataContended(ILogger logger, Exception exception, string method, PathString path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database cannot be reached")]
    private static partial void StoreUnreachable(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The caller left before the answer")]
    private static partial void CallerLeft(ILogger logger);
}
