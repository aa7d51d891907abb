using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>A header. Each of its values counts: a header that is sent twice must say the same twice.</summary>
internal sealed class HeaderSource : ITenantSource
{
    private readonly string name;
    private readonly IdentifierKind kind;

    public HeaderSource(string name, IdentifierKind kind)
    {
        SourceNames.Check(name, "a header");
        this.name = name;
        this.kind = kind;
    }

    public void Read(HttpContext context, TenantMentions mentions)
    {
        foreach (var value in context.Request.Headers[name])
        {
            mentions.Add(kind, value ?? "");
        }
    }
}
