namespace Rowhouse.Server.Hosting;

/// <summary>What every answer tells the browser not to do. A page that needs more says so itself.</summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this IApplicationBuilder app, bool secure) =>
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
            if (secure)
            {
                headers.StrictTransportSecurity = "max-age=31536000";
            }

            // Answers belong to whoever asked; files that may be kept say so themselves.
            headers.CacheControl = "no-store";
            return next(context);
        });
}
