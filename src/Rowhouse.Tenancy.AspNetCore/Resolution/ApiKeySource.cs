using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>A header with an API key: who has the key speaks for its tenant and no other.</summary>
internal sealed class ApiKeySource : ITenantSource
{
    private readonly string header;

    public ApiKeySource(string header)
    {
        SourceNames.Check(header, "a header");
        this.header = header;
    }

    public void Read(HttpContext context, TenantMentions mentions)
    {
        foreach (var value in context.Request.Headers[header])
        {
            mentions.AddBound(IdentifierKind.ApiKey, value ?? "");
        }
    }
}
