using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.ControlPlane.Outbox;

/// <summary>How much waits and how much was set aside. It counts to a thousand: whether it is more, nobody has to know to act.</summary>
internal static class SummarizeEvents
{
    private const int Most = 1000;

    public static void Map(RouteGroupBuilder events) =>
        events.MapGet("/summary", HandleAsync)
            .WithName(nameof(SummarizeEvents))
            .WithSummary("How many events wait and how many were set aside, counted to a thousand each, and since when the oldest waits.");

    private static async Task<Ok<EventSummaryResponse>> HandleAsync(EventOutbox outbox, CancellationToken cancellationToken)
    {
        // In the order of an index, which ends each count where it is full.
        var waiting = await outbox.CountAsync(entries => Waiting(entries).Take(Most), cancellationToken);
        var failed = await outbox.CountAsync(entries => entries.Where(entry => entry.FailedAt != null).OrderBy(entry => entry.CreatedAt).Take(Most), cancellationToken);
        var oldest = await outbox.ReadAsync(entries => Waiting(entries).Take(1), cancellationToken);
        return TypedResults.Ok(new EventSummaryResponse((int)Math.Min(waiting, Most), (int)Math.Min(failed, Most), Most, oldest.Min(entry => (DateTimeOffset?)entry.CreatedAt)));
    }

    private static IQueryable<OutboxEntry> Waiting(IQueryable<OutboxEntry> entries) => entries.Where(entry => entry.FailedAt == null).OrderBy(entry => entry.CreatedAt);
}
