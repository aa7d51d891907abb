using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>A header. Each of its values counts: a header that is sent twice must say the same twice.</summary>
internal sealed class HeaderSource : ITenantSource
{
    private readonly string name;

    public HeaderSource(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        this.name = name;
    }

    public void Read(HttpContext context, ref TenantMentions mentions)
    {
        foreach (var value in context.Request.Headers[name])
        {
            mentions.Add(IdentifierKind.Name, (value ?? "").Trim().ToLowerInvariant());
        }
    }
}
