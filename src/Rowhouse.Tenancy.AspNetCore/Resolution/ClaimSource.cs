using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>A claim of the caller's token, which is then bound to that tenant. Each of its values counts.</summary>
internal sealed class ClaimSource : ITenantSource
{
    private readonly string type;
    private readonly string? issuer;
    private readonly string prefix;

    public ClaimSource(string type, string? issuer, string prefix)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        this.type = type;
        this.issuer = issuer;
        this.prefix = prefix;
    }

    public void Read(HttpContext context, TenantMentions mentions)
    {
        foreach (var identity in context.User.Identities)
        {
            // What nobody has checked says nothing.
            if (!identity.IsAuthenticated)
            {
                continue;
            }

            foreach (var claim in identity.Claims)
            {
                if (string.Equals(claim.Type, type, StringComparison.Ordinal) && (issuer is null || string.Equals(claim.Issuer, issuer, StringComparison.Ordinal)))
                {
                    mentions.AddBound(IdentifierKind.Name, prefix.Length == 0 ? claim.Value : prefix + claim.Value);
                }
            }
        }
    }
}
