using Microsoft.AspNetCore.Http;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>Finds out who is calling. Whether somebody has to be signed in is judged later, when the endpoint is known.</summary>
internal sealed class SessionMiddleware(RequestDelegate next, SessionReader sessions, SessionCookie cookie)
{
    private const string Bearer = "Bearer ";

    public async Task InvokeAsync(HttpContext context)
    {
        var (secret, byCookie) = Read(context.Request);
        if (secret is not null
            && SecretHash.TryParse(secret.Trim(), out var session)
            && await sessions.FindAsync(session, context.RequestAborted) is { } signedIn)
        {
            context.Features.Set(byCookie ? signedIn with { ByCookie = true } : signedIn);
        }

        await next(context);
    }

    // A token that was sent on purpose goes before a cookie that the browser sends by itself.
    private (string? Secret, bool ByCookie) Read(HttpRequest request) =>
        request.Headers.Authorization is [{ } authorization]
            ? (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..] : null, false)
            : (cookie.Read(request), true);
}
