using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Outbox;

/// <summary>Deletes an event that was set aside.</summary>
internal static class DropEvent
{
    public static void Map(RouteGroupBuilder events) =>
        events.MapDelete("/{id:guid}", HandleAsync)
            .WithName(nameof(DropEvent))
            .WithSummary("Deletes an event of the control database that was set aside. Handlers that have not seen it never learn of it.")
            .WithProblems(ControlPlaneProblems.UnknownEvent, ControlPlaneProblems.EventWaits);

    public static void MapHome(RouteGroupBuilder home) =>
        home.MapDelete("/{id:guid}", HandleHomeAsync)
            .WithName("DropTenantEvent")
            .WithSummary("Deletes an event of a tenant that was set aside. Handlers that have not seen it never learn of it.")
            .WithProblems(TenancyProblems.Unknown, TenancyProblems.Suspended, ControlPlaneProblems.WrongState, ControlPlaneProblems.UnknownEvent, ControlPlaneProblems.EventWaits);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(Guid id, EventChange events, CancellationToken cancellationToken) =>
        await events.ApplyAsync(id, AuditActions.EventDropped, outbox => outbox.DropControlAsync(id, CancellationToken.None), cancellationToken) is { } problem ? problem : TypedResults.NoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleHomeAsync(string idOrSlug, Guid id, EventChange events, CancellationToken cancellationToken) =>
        await events.ApplyAsync(idOrSlug, id, AuditActions.EventDropped, (outbox, tenant) => outbox.DropAsync(tenant, id, CancellationToken.None), cancellationToken) is { } problem ? problem : TypedResults.NoContent();
}
