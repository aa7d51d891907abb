using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>Sends readers of <c>/smith/cards</c> to <c>/t/smith/cards</c>.</summary>
internal sealed partial class BarePathRedirect(RequestDelegate next, TenantLookup lookup, PathString prefix, IReadOnlySet<string> except)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!await LeadsToTenantAsync(request, context.RequestAborted).ConfigureAwait(false))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        // Behind the prefix: no path makes an address of another host of it.
        context.Response.Redirect(request.PathBase.Add(prefix).Add(Encodable(request.Path)).ToUriComponent() + request.QueryString.ToUriComponent(), permanent: false, preserveMethod: true);
    }

    private async ValueTask<bool> LeadsToTenantAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if ((!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) || request.Path.Value is not ['/', .. var path] || request.Path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var end = path.IndexOf('/');
        if (!Slug.TryParse((end < 0 ? path : path[..end]).ToLowerInvariant(), provider: null, out var slug) || except.Contains(slug.Value))
        {
            return false;
        }

        try
        {
            // By its slug only: that an external id leads to a tenant is nobody's business.
            return await lookup.FindAsync(new Identifier(IdentifierKind.Name, slug.Value), cancellationToken).ConfigureAwait(false) is { } tenant && tenant.Slug == slug;
        }
        catch (CatalogueUnreachableException)
        {
            return false;
        }
    }

    // A percent sign that the server has decoded is encoded again. It leaves the one of %2F, which cannot be told from a decoded %252F.
    private static PathString Encodable(PathString path) => new(DecodedPercent().Replace(path.Value ?? "", "%25"));

    [GeneratedRegex("%(?!2[Ff])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DecodedPercent();
}
