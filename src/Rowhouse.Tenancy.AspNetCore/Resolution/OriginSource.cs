using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>The host of the page that sent a request, as browsers say it in <c>Origin</c> (RFC 6454): for pages on hosts of their own that call a common API.</summary>
internal sealed class OriginSource(HostTemplate template) : ITenantSource
{
    private const string SchemeEnd = "://";

    public void Read(HttpContext context, TenantMentions mentions)
    {
        foreach (var origin in context.Request.Headers.Origin)
        {
            // "null", of a page without an origin, names none.
            if (origin?.IndexOf(SchemeEnd, StringComparison.Ordinal) is > 0 and var scheme)
            {
                template.Read(origin.AsMemory(scheme + SchemeEnd.Length), mentions);
            }
        }
    }
}
