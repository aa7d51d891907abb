using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Rowhouse.Modules.Problems;

namespace Rowhouse.Modules.Http;

/// <summary>
/// JSON is UTF-8 (RFC 8259) and has one type. What says otherwise is refused before anything reads it: the framework's reader
/// takes an unknown character set for a fault of the server.
/// </summary>
internal static class JsonBodies
{
    public static void UseJsonBodies(this IApplicationBuilder app) =>
        app.Use((context, next) => context.GetEndpoint() is not { } endpoint || IsReadable(context.Request, endpoint) ? next(context) : RefuseAsync(context));

    private static bool IsReadable(HttpRequest request, Endpoint endpoint)
    {
        var given = request.Headers.ContentType;
        if (given.Count == 0)
        {
            return !TakesJson(endpoint);
        }

        if (given.Count > 1 || !MediaTypeHeaderValue.TryParse(given[0], out var type))
        {
            return false;
        }

        if (!IsJson(type) || StringSegment.IsNullOrEmpty(type.Charset))
        {
            return true;
        }

        var isUtf8 = HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);

        // In quotation marks it is the same character set, and the framework does not know it.
        type.Charset = "utf-8";
        request.ContentType = type.ToString();
        return isUtf8;
    }

    private static bool TakesJson(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is { IsOptional: false } accepts
        && accepts.ContentTypes.Any(accepted => MediaTypeHeaderValue.TryParse(accepted, out var type) && IsJson(type));

    private static bool IsJson(MediaTypeHeaderValue type) => type.SubTypeWithoutSuffix.Equals("json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);

    private static Task RefuseAsync(HttpContext context) =>
        RequestProblems.UnsupportedType.With("Content-Type names one type, and JSON is UTF-8. Send one header: Content-Type: application/json.").ExecuteAsync(context);
}
