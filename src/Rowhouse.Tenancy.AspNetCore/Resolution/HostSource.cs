using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

internal sealed class HostSource(HostTemplate template) : ITenantSource
{
    public void Read(HttpContext context, ref TenantMentions mentions)
    {
        // The header itself: Request.Host translates punycode, and throws at what only looks like it.
        if (!HostTemplate.TryNormalise(context.Request.Headers.Host.ToString(), out var host))
        {
            return;
        }

        // A reserved name is an address of the application's own, www.example.com say, and never a tenant that is unknown.
        if (template.TryMatch(host, out var tenant) && !Slug.IsReserved(tenant))
        {
            mentions.Add(IdentifierKind.Name, tenant.ToString());
        }
        else
        {
            // A host outside the template may be a tenant's own domain; an unknown one is the application's own address.
            mentions.AddIfKnown(IdentifierKind.Host, host);
        }
    }
}
