using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>Reads what the request says about its tenant, before routing. Judged after routing, when it is known what the endpoint needs.</summary>
internal sealed class TenantResolutionMiddleware(RequestDelegate next, TenantDirectory directory, IEnumerable<ITenantSource> sources)
{
    private readonly ITenantSource[] sources = [.. sources];

    public Task InvokeAsync(HttpContext context)
    {
        var mentions = new TenantMentions(directory);
        foreach (var source in sources)
        {
            source.Read(context, mentions);
        }

        // By its type and not by Set<T>: what is generic and virtual is looked up at every call.
        context.Features[typeof(TenantMentions)] = mentions;
        return next(context);
    }
}
