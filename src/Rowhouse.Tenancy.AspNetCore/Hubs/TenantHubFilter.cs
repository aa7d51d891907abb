using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Tenancy.AspNetCore.Hubs;

/// <summary>
/// Binds the scope of every call of a SignalR hub to the tenant that its connection was made for. A hub has a scope of its own for each call, which
/// knows nothing of the request that connected; and a connection may outlive the state its tenant was in, so that is asked for each time.
/// </summary>
internal sealed class TenantHubFilter(TenantLookup lookup, ILogger<TenantHubFilter> logger) : IHubFilter
{
    /// <summary>Keeps the tenant for the connection that a request makes. Items are what survives where a transport makes a context of its own.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tenant">Its tenant.</param>
    public static void Keep(HttpContext context, TenantId tenant) => context.Items[typeof(TenantHubFilter)] = tenant;

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var tenant = await BindAsync(invocationContext.Context, invocationContext.ServiceProvider).ConfigureAwait(false);
        using (BeginLogs(tenant))
        {
            return await next(invocationContext).ConfigureAwait(false);
        }
    }

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        var tenant = await BindAsync(context.Context, context.ServiceProvider).ConfigureAwait(false);
        using (BeginLogs(tenant))
        {
            await next(context).ConfigureAwait(false);
        }
    }

    public async Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        TenantId? tenant = null;
        try
        {
            tenant = await BindAsync(context.Context, context.ServiceProvider).ConfigureAwait(false);
        }
        catch (HubException)
        {
            // The hub still has to let go of what it holds, without the tenant's data.
        }

        using (BeginLogs(tenant))
        {
            await next(context, exception).ConfigureAwait(false);
        }
    }

    // Not below: what an async method begins in the execution context ends with it.
    private IDisposable? BeginLogs(TenantId? tenant)
    {
        if (tenant is not { } known)
        {
            return null;
        }

        TenantTelemetry.Tag(Activity.Current, known);
        return logger.BeginTenant(known);
    }

    private async ValueTask<TenantId?> BindAsync(HubCallerContext connection, IServiceProvider services)
    {
        if (connection.GetHttpContext() is not { } request || !request.Items.TryGetValue(typeof(TenantHubFilter), out var kept) || kept is not TenantId id)
        {
            return null;
        }

        try
        {
            services.GetRequiredService<TenantScope>().Bind(await lookup.FindServedAsync(id).ConfigureAwait(false));
        }
        catch (Exception refused) when (refused is TenantUnavailableException or CatalogueUnreachableException)
        {
            // Its own message would not reach the client: only that of a HubException does.
            throw new HubException("The tenant is not served at the moment.", refused);
        }

        // Who connected may have lost the session or the membership since.
        return await request.RequestServices.GetRequiredService<ITenantAdmission>().AdmitBodyAsync(request, CancellationToken.None).ConfigureAwait(false) is { } refusal
            ? throw new HubException(refusal.ProblemDetails.Detail)
            : id;
    }
}
