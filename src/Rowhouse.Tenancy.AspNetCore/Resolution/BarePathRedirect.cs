using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>Sends readers of <c>/smith/cards</c> to <c>/t/smith/cards</c>.</summary>
internal sealed partial class BarePathRedirect(RequestDelegate next, TenantDirectory directory, PathString prefix)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if ((!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) || request.Path.Value is not ['/', .. var path] || request.Path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
        {
            return next(context);
        }

        var end = path.IndexOf('/');
        if (!Slug.TryParse((end < 0 ? path : path[..end]).ToLowerInvariant(), provider: null, out var slug) || !directory.TryFind(IdentifierKind.Name, slug.Value, out _))
        {
            return next(context);
        }

        // Behind the prefix: no path makes an address of another host of it.
        context.Response.Redirect(request.PathBase.Add(prefix).Add(Encodable(request.Path)).ToUriComponent() + request.QueryString.ToUriComponent(), permanent: false, preserveMethod: true);
        return Task.CompletedTask;
    }

    // A percent sign that the server has decoded is encoded again; one that it left, before 2F, it will leave again.
    private static PathString Encodable(PathString path) => new(DecodedPercent().Replace(path.Value ?? "", "%25"));

    [GeneratedRegex("%(?!2[Ff])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DecodedPercent();
}
