using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tenancy.Http;

/// <summary>Says in traces and logs for which tenant a request is sent, and nothing of it in the request. Lives as long as its scope.</summary>
internal sealed class TenantHttpHandler : DelegatingHandler
{
    private static readonly ActivitySource source = new("Rowhouse.Tenancy.Http");

    private readonly TenantId tenant;
    private readonly ILogger<TenantHttpHandler> logger;

    public TenantHttpHandler(TenantId tenant, HttpMessageHandler pooled, ILogger<TenantHttpHandler> logger)
        : base(pooled)
    {
        this.tenant = tenant;
        this.logger = logger;
    }

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
