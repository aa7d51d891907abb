using Microsoft.AspNetCore.Http;

namespace Rowhouse.Modules.Idempotency;

/// <summary>What was answered before, with a header that says so.</summary>
internal sealed class AnswerAgain(KeptAnswer kept) : IResult
{
    public const string Header = "Idempotency-Replayed";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = kept.Status;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers[Header] = "true";
        response.Headers.Location = kept.Location;
        response.Headers.ETag = kept.ETag;
        return response.WriteAsync(kept.Body, httpContext.RequestAborted);
    }
}
