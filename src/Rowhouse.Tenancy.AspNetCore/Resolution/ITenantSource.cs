using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>A place of a request that may name a tenant. Compliance: it adds every value it finds as it is, and judges none.</summary>
public interface ITenantSource
{
    /// <summary>Adds what the request says here. A source of the application runs before routing, and may move a part of the path to the path base; one of an endpoint runs after.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mentions">What the request said so far.</param>
    void Read(HttpContext context, TenantMentions mentions);
}
