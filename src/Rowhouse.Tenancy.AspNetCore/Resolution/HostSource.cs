using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>The host that a request was sent to.</summary>
internal sealed class HostSource(HostTemplate template) : ITenantSource
{
    public HostTemplate Template { get; } = template;

    // The header itself: Request.Host translates punycode, and throws at what only looks like it.
    public void Read(HttpContext context, TenantMentions mentions) => Template.Read(context.Request.Headers.Host.ToString().AsMemory(), mentions);
}
