using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

internal sealed class DelegateSource(Action<HttpContext, TenantMentions> read) : ITenantSource
{
    public void Read(HttpContext context, TenantMentions mentions) => read(context, mentions);
}
