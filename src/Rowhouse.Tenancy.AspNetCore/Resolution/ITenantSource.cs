using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>A place of a request that may name a tenant. Compliance: it adds every value it finds, normalised, and judges none.</summary>
public interface ITenantSource
{
    /// <summary>Adds what the request says here. Runs before routing; a source may move a part of the path to the path base.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mentions">What the request said so far.</param>
    void Read(HttpContext context, ref TenantMentions mentions);
}
