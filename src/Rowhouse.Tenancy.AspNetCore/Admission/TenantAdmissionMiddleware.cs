using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.AspNetCore.Hubs;
using Rowhouse.Tenancy.AspNetCore.Resolution;

namespace Rowhouse.Tenancy.AspNetCore.Admission;

/// <summary>Asks whether the request may go on, and binds its scope to the tenant. Behind it there is a tenant, or an endpoint that needs none.</summary>
internal sealed partial class TenantAdmissionMiddleware(RequestDelegate next, TenantLookup lookup, ILogger<TenantAdmissionMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();

        // Routing's own answers (405, 415) are bare endpoints: they run nobody's code and need neither caller nor tenant.
        if (endpoint is null || (endpoint is not RouteEndpoint && endpoint.Metadata.Count == 0))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var mentions = (TenantMentions?)context.Features[typeof(TenantMentions)]
            ?? throw new InvalidOperationException("The tenant was not looked for before routing. Put the application's middleware together with UseTenancy().");
        var own = endpoint.Metadata.GetOrderedMetadata<TenantSourceMetadata>();
        for (var i = 0; i < own.Count; i++)
        {
            own[i].Source.Read(context, mentions);
        }

        // Who needs no tenant is not made to wait for one.
        var required = endpoint.Metadata.GetMetadata<TenantMetadata>() is not { Required: false };
        if (required && mentions.HasUnread)
        {
            await mentions.ReadAsync(lookup, context.RequestAborted).ConfigureAwait(false);
        }

        var resolution = mentions.Resolve(required);
        var admission = context.RequestServices.GetRequiredService<ITenantAdmission>();
        if (await admission.AdmitAsync(context, resolution, context.RequestAborted).ConfigureAwait(false) is { } refusal)
        {
            RefusalGiven(logger, refusal.ProblemDetails.Type, refusal.StatusCode);
            await refusal.ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        if (!resolution.Required)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var tenant = resolution.Tenant
            ?? throw new InvalidOperationException($"{admission.GetType().Name} let a request without a tenant pass to an endpoint that needs one.");
        context.RequestServices.GetRequiredService<TenantScope>().Bind(tenant);
        if (endpoint.Metadata.GetMetadata<HubMetadata>() is not null)
        {
            TenantHubFilter.Keep(context, tenant.Id);
        }

        TenantTelemetry.Tag(Activity.Current, tenant.Id);
        using (logger.BeginTenant(tenant.Id))
        {
            await next(context).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Refused with {ProblemType} ({Status})")]
    private static partial void RefusalGiven(ILogger logger, string? problemType, int status);
}
