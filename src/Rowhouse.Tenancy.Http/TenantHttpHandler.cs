using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tenancy.Http;

/// <summary>Says in traces and logs for which tenant a request is sent, and nothing of it in the request. Lives as long as its scope.</summary>
/// <param name="tenant">The tenant.</param>
/// <param name="pooled">Sends it, for all tenants.</param>
/// <param name="logger">Opens the log scope.</param>
internal sealed class TenantHttpHandler(TenantId tenant, HttpMessageHandler pooled, ILogger<TenantHttpHandler> logger) : DelegatingHandler(pooled)
{
    private static readonly ActivitySource source = new("Rowhouse.Tenancy.Http");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var activity = source.StartActivity("tenant.http");
        TenantTelemetry.Tag(activity, tenant);

        // The caller may be inside another tenant's scope, and then so are its logs.
        using (logger.BeginTenant(tenant))
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }
}
