using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Outbox;

/// <summary>Lets an event that was set aside be tried again.</summary>
internal static class RetryEvent
{
    public static void Map(RouteGroupBuilder events) =>
        events.MapPost("/{id:guid}/retry", HandleAsync)
            .WithName(nameof(RetryEvent))
            .WithSummary("Lets an event of the control database that was set aside be tried again, now and as often as a new one.")
            .WithProblems(ControlPlaneProblems.UnknownEvent, ControlPlaneProblems.EventWaits);

    public static void MapHome(RouteGroupBuilder home) =>
        home.MapPost("/{id:guid}/retry", HandleHomeAsync)
            .WithName("RetryTenantEvent")
            .WithSummary("Lets an event of a tenant that was set aside be tried again, now and as often as a new one. The tenant's later events wait for it while it fails.")
            .WithProblems(TenancyProblems.Unknown, TenancyProblems.Suspended, ControlPlaneProblems.WrongState, ControlPlaneProblems.UnknownEvent, ControlPlaneProblems.EventWaits);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(Guid id, EventChange events, CancellationToken cancellationToken) =>
        await events.ApplyAsync(id, AuditActions.EventRetried, outbox => outbox.RetryControlAsync(id, CancellationToken.None), cancellationToken) is { } problem ? problem : TypedResults.NoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleHomeAsync(string idOrSlug, Guid id, EventChange events, CancellationToken cancellationToken) =>
        await events.ApplyAsync(idOrSlug, id, AuditActions.EventRetried, (outbox, tenant) => outbox.RetryAsync(tenant, id, CancellationToken.None), cancellationToken) is { } problem ? problem : TypedResults.NoContent();
}
