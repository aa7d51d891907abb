using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>A parameter of the query. Each of its values counts.</summary>
internal sealed class QuerySource : ITenantSource
{
    private readonly string name;
    private readonly IdentifierKind kind;

    public QuerySource(string name, IdentifierKind kind)
    {
        SourceNames.Check(name, "a query parameter");
        this.name = name;
        this.kind = kind;
    }

    public void Read(HttpContext context, TenantMentions mentions)
    {
        if (!context.Request.QueryString.HasValue)
        {
            return;
        }

        foreach (var value in context.Request.Query[name])
        {
            mentions.Add(kind, value ?? "");
        }
    }
}
