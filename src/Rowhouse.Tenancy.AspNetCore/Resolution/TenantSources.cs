using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>The usual places where a request may name its tenant. Each throws <see cref="ArgumentException"/> where it is told something that no request can have.</summary>
public static class TenantSources
{
    /// <summary>
    /// The host. <c>{tenant}</c> is the label that names the tenant, <c>?</c> is any one label, <c>*</c> any number
    /// of labels. A host outside the template leads to a tenant only where it is one of its own domains; an IP address never does.
    /// Nor does a label that no tenant can have as its slug, such as <c>www</c> (<see cref="Slug.IsReserved"/>).
    /// </summary>
    /// <param name="template">The template, for example <c>{tenant}.example.com</c>.</param>
    public static ITenantSource Host(string template) => new HostSource(HostTemplate.Parse(template));

    /// <summary>The host of the page that calls, from its <c>Origin</c>; read as <see cref="Host"/> is. For pages on hosts of their own that call a common API.</summary>
    /// <param name="template">The template, for example <c>{tenant}.example.com</c>.</param>
    public static ITenantSource Origin(string template) => new OriginSource(HostTemplate.Parse(template));

    /// <summary>The path; what the template covers moves to the request's path base. Only for the whole application: an endpoint is chosen when the path has moved.</summary>
    /// <param name="template">Fixed segments and then <c>{tenant}</c>, for example <c>/t/{tenant}</c>.</param>
    public static ITenantSource Path(string template) => new PathSource(template);

    /// <summary>A header. Whoever calls may write into it what they like: it only selects among the tenants that they may work in.</summary>
    /// <param name="name">The header's name.</param>
    /// <param name="kind">What its value is: an id, slug or external id unless something else is said.</param>
    public static ITenantSource Header(string name, IdentifierKind kind = IdentifierKind.Name) => new HeaderSource(name, kind);

    /// <summary>A parameter of the query. Addresses end up in logs and histories: prefer another place where there is one.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <param name="kind">What its value is: an id, slug or external id unless something else is said.</param>
    public static ITenantSource Query(string name, IdentifierKind kind = IdentifierKind.Name) => new QuerySource(name, kind);

    /// <summary>A claim of a token that authentication has checked; the token is bound to that tenant.</summary>
    /// <param name="type">The claim's type, for example <c>org_id</c>.</param>
    /// <param name="issuer">The issuer whose word is taken; any by default.</param>
    /// <param name="prefix">What stands before the value among the external ids, where those of two issuers could be the same.</param>
    public static ITenantSource Claim(string type, string? issuer = null, string prefix = "") => new ClaimSource(type, issuer, prefix);

    /// <summary>A header with an API key; the key is bound to its tenant.</summary>
    /// <param name="header">The header's name, for example <c>X-Api-Key</c>.</param>
    public static ITenantSource ApiKey(string header) => new ApiKeySource(header);

    /// <summary>A place of one's own.</summary>
    /// <param name="read">Adds what the request says there.</param>
    public static ITenantSource From(Action<HttpContext, TenantMentions> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return new DelegateSource(read);
    }
}
