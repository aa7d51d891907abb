using System.Diagnostics;

namespace Rowhouse.Tenancy.Http;

/// <summary>Says in traces for which tenant a request is sent, and nothing of it in the request. Lives as long as its scope.</summary>
/// <param name="tenant">The tenant.</param>
/// <param name="pooled">Sends it, for all tenants.</param>
internal sealed class TenantHttpHandler(TenantId tenant, HttpMessageHandler pooled) : DelegatingHandler(pooled)
{
    private static readonly ActivitySource source = new("Rowhouse.Tenancy.Http");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var activity = source.StartActivity("tenant.http");
        TenantTelemetry.Tag(activity, tenant);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
