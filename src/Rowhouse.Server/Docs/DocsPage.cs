using Microsoft.AspNetCore.Http.HttpResults;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Server.Docs;

/// <summary>The API's document as a page to read and to try, from the server's own files.</summary>
internal static class DocsPage
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var docs = endpoints.MapGroup("/docs").WithoutTenant().AllowAnonymous().ExcludeFromDescription();
        docs.MapGet("", (HttpContext context) => Send(context, "index.html", "text/html; charset=utf-8"));
        docs.MapGet("/docs.js", (HttpContext context) => Send(context, "docs.js", "text/javascript; charset=utf-8"));
        docs.MapGet("/docs.css", (HttpContext context) => Send(context, "docs.css", "text/css; charset=utf-8"));
    }

    private static FileStreamHttpResult Send(HttpContext context, string name, string type)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-cache";
        var file = typeof(DocsPage).Assembly.GetManifestResourceStream($"Rowhouse.Server.Docs.{name}")
            ?? throw new InvalidOperationException($"{name} is not embedded in the server.");
        return TypedResults.Stream(file, type);
    }
}
