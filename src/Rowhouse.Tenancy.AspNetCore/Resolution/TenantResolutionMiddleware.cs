using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>Reads what the request says about its tenant, before routing. Judged after routing, when it is known what the endpoint needs.</summary>
internal sealed class TenantResolutionMiddleware(RequestDelegate next, TenantDirectory directory, TenantFinder finder, IEnumerable<ITenantSource> sources)
{
    private readonly ITenantSource[] sources = [.. sources];

    public Task InvokeAsync(HttpContext context)
    {
        var mentions = new TenantMentions(directory);
        foreach (var source in sources)
        {
            source.Read(context, mentions);
        }

        context.Features.Set(mentions);
        return mentions.HasUnread ? ReadAsync(context, mentions) : next(context);
    }

    private async Task ReadAsync(HttpContext context, TenantMentions mentions)
    {
        await mentions.ReadAsync(finder, context.RequestAborted).ConfigureAwait(false);
        await next(context).ConfigureAwait(false);
    }
}
