using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Rowhouse.Server.Console;

/// <summary>
/// The console: files that were built beforehand, and one page for every address that belongs to nobody else. The page
/// carries a nonce of its own each time, so that no script or style runs that the server did not put there.
/// </summary>
internal sealed class ConsolePages : IDisposable
{
    private const string NoncePlaceholder = "__CSP_NONCE__";
    private const string Page = "index.html";

    // Addresses that programs ask: a mistyped one must not be answered with a page.
    private static readonly string[] Programs = ["api", "openapi", "openapi.json", "health", "docs"];

    /// <summary>What the addresses of the console's own pages begin with, where a tenant could be called so.</summary>
    public static IReadOnlyList<string> Doors { get; } = ["sign-in", "invitation"];

    private readonly PhysicalFileProvider? files;
    private readonly string? page;

    public ConsolePages(string folder)
    {
        if (File.Exists(Path.Combine(folder, Page)))
        {
            files = new PhysicalFileProvider(folder);
            page = File.ReadAllText(Path.Combine(folder, Page));
        }
    }

    public void UseFiles(IApplicationBuilder app)
    {
        if (files is null)
        {
            return;
        }

        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            ContentTypeProvider = new FileExtensionContentTypeProvider { Mappings = { [".webmanifest"] = "application/manifest+json" } },
            OnPrepareResponse = static prepared =>
                // Under /assets a name changes with its content.
                prepared.Context.Response.Headers.CacheControl = prepared.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal)
                    ? "public, max-age=31536000, immutable"
                    : "no-cache",
        });
    }

    /// <summary>Answers what no endpoint answers. Stands after routing; the tenant in the path is in the path base by then.</summary>
    public void UsePage(IApplicationBuilder app) =>
        app.Use((context, next) => context.GetEndpoint() is null && IsPage(context.Request) ? SendAsync(context) : next(context));

    public void Dispose() => files?.Dispose();

    private static bool IsPage(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            return false;
        }

        var segments = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments is [] || (!Programs.Contains(segments[0], StringComparer.OrdinalIgnoreCase) && !segments[^1].Contains('.'));
    }

    private async Task SendAsync(HttpContext context)
    {
        var response = context.Response;
        if (page is null)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            response.ContentType = "text/plain; charset=utf-8";
            await response.WriteAsync("The console has not been built into this server. The API is under /api and described under /docs.\n", context.RequestAborted);
            return;
        }

        var nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        response.ContentType = "text/html; charset=utf-8";
        response.Headers[HeaderNames.CacheControl] = "no-store";
        response.Headers.ContentSecurityPolicy =
            $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
            + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        await response.WriteAsync(page.Replace(NoncePlaceholder, nonce, StringComparison.Ordinal), context.RequestAborted);
    }
}
