using Microsoft.Net.Http.Headers;

namespace Rowhouse.Server.Hosting;

/// <summary>What every answer tells the browser not to do. A page that needs more says so itself.</summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this IApplicationBuilder app, bool secure) =>
        app.Use((context, next) =>
        {
            // At the last moment: whoever turns an exception into an answer empties the headers first.
            context.Response.OnStarting(() =>
            {
                Add(context.Response.Headers, secure);
                return Task.CompletedTask;
            });
            return next(context);
        });

    private static void Add(IHeaderDictionary headers, bool secure)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.TryAdd(HeaderNames.ContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'");
        if (secure)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        // Answers belong to whoever asked; files that may be kept say so themselves.
        headers.TryAdd(HeaderNames.CacheControl, "no-store");
    }
}
