using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Rowhouse.ControlPlane.Keys;

/// <summary>
/// Answers requests that need a key of the platform which this server does not have: another server has a newer file. That passes as soon as this one is
/// restarted with it, so it is no failure of the request.
/// </summary>
internal sealed partial class PlatformKeyMissing(ILogger<PlatformKeyMissing> logger) : IExceptionHandler
{
    private const string RetryAfter = "30";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (Find(exception) is not { } missing)
        {
            return false;
        }

        Missing(logger, httpContext.Request.Method, httpContext.Request.Path, missing.Message);
        httpContext.Response.Headers.RetryAfter = RetryAfter;
        httpContext.Response.StatusCode = ControlPlaneProblems.KeyMissing.Status;
        await ControlPlaneProblems.KeyMissing.With(
            "What is kept for the tenant is sealed by a key of the platform that this server does not have. Nothing of this request was kept. Another server may have the key: try again. "
            + "Whoever runs the installation gives all servers the same file with the platform's keys and restarts them; the server's log names the key.").ExecuteAsync(httpContext);
        return true;
    }

    // The driver and EF Core wrap what fails while a home is opened.
    private static PlatformKeyException? Find(Exception? exception) => exception is null or PlatformKeyException ? exception as PlatformKeyException : Find(exception.InnerException);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} needs a key of the platform: {Why}")]
    private static partial void Missing(ILogger logger, string method, PathString path, string why);
}
