using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>
/// Holds the answer of a call that makes a tenant's home until that has come to its end, where the caller would rather wait: <c>Prefer: wait=N</c> (RFC 7240),
/// in seconds. Then it is 201 with the tenant as it is by now; else, and where it failed, 202.
/// </summary>
internal static class PreferWait
{
    private const string Header = "Prefer";
    private const string Wait = "wait=";
    private const int Most = 60;

    // How often is looked for what another server has done; of what this one does it is told.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Stands before what keeps answers for an <c>Idempotency-Key</c>: what is kept is how it began.</summary>
    public static RouteHandlerBuilder WithPreferWait(this RouteHandlerBuilder endpoint) => endpoint.AddEndpointFilter(async (call, next) =>
    {
        var result = await next(call);
        return SecondsOf(call.HttpContext.Request.Headers[Header]) is > 0 and var seconds && InnerOf(result) is Accepted<TenantResponse> { Value: { } tenant } accepted
            ? await HoldAsync(call.HttpContext, accepted, tenant, TimeSpan.FromSeconds(seconds))
            : result;
    });

    private static async Task<IResult> HoldAsync(HttpContext context, Accepted<TenantResponse> accepted, TenantResponse tenant, TimeSpan longest)
    {
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        var contexts = context.RequestServices.GetRequiredService<IDbContextFactory<PlatformDbContext>>();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        try
        {
            return await EndAsync(context, contexts, clock, accepted, tenant, longest, either.Token);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or NpgsqlException or InvalidOperationException or TimeoutException)
        {
            // What was begun goes on without the caller: that is still the answer.
            return accepted;
        }
    }

    private static async Task<IResult> EndAsync(
        HttpContext context, IDbContextFactory<PlatformDbContext> contexts, TimeProvider clock, Accepted<TenantResponse> accepted, TenantResponse tenant, TimeSpan longest, CancellationToken cancellationToken)
    {
        var id = new TenantId(tenant.Id);
        var began = clock.GetTimestamp();
        var signal = new WorkSignal();
        using var listening = context.RequestServices.GetRequiredService<OperationStops>().Listen(id, signal);
        while (true)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            if (!await db.Operations.OnHomes().UnderWay().AnyAsync(operation => operation.TenantId == id, cancellationToken))
            {
                return await db.FindTenantAsync(id.ToString(), cancellationToken) is { } now ? Answer(context, accepted, now, tenant.Admin) : accepted;
            }

            if (clock.GetElapsedTime(began) >= longest)
            {
                return accepted;
            }

            await signal.WaitAsync(Look, clock, cancellationToken);
        }
    }

    private static IResult Answer(HttpContext context, Accepted<TenantResponse> accepted, RegisteredTenant tenant, MemberResponse? admin)
    {
        // Known to this node when the caller hears of it.
        context.RequestServices.GetRequiredService<TenantDirectory>().Apply(tenant.ToEntry());
        context.Response.Headers["Preference-Applied"] = "wait";
        EntityTag.Set(context.Response, tenant.Version);
        var response = tenant.ToResponse(admin, withAccount: true);
        return tenant.Status is TenantStatus.Active ? TypedResults.Created($"/api/tenants/{tenant.Id}", response) : TypedResults.Accepted(accepted.Location, response);
    }

    // A preference that cannot be read is no mistake: it is not met.
    private static int SecondsOf(StringValues preferences) => preferences
        .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries))
        .Where(value => value.StartsWith(Wait, StringComparison.OrdinalIgnoreCase))
        .Select(value => int.TryParse(value.AsSpan(Wait.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, Most) : 0)
        .FirstOrDefault();

    private static object? InnerOf(object? result) => result is INestedHttpResult { Result: var inner } ? InnerOf(inner) : result;
}
