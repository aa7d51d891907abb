using Rowhouse.Modules.Problems;

namespace Rowhouse.Server.Hosting;

/// <summary>
/// Behind a TLS proxy the server's own address is plain http, and others than the proxy may reach it. What came in the open
/// is refused: past the proxy, or through one that does not say by X-Forwarded-Proto that its caller used https.
/// </summary>
internal static class HttpsOnly
{
    public static void UseHttpsOnly(this IApplicationBuilder app) =>
        app.Use((context, next) => context.Request.IsHttps || IsOfTheProxyItself(context.Request) ? next(context) : RefuseAsync(context));

    // Load balancers ask the server itself, and so does a proxy that is about to fetch a certificate; there is nothing in the answers to hide.
    private static bool IsOfTheProxyItself(HttpRequest request) => request.Path.StartsWithSegments("/health", StringComparison.Ordinal) || request.Path == "/api/domains/allowed";

    private static Task RefuseAsync(HttpContext context) =>
        RequestProblems.HttpsRequired.With("This server is reached by https through its proxy. An operator sees this where the proxy does not send X-Forwarded-Proto or is not named in ROWHOUSE_PROXIES.")
            .ExecuteAsync(context);
}
