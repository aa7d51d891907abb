using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>
/// Brings events to their handlers: each tenant's in order, one batch of a tenant and then others', several tenants at a time. Woken by what
/// this node commits, and every few minutes by what lies anywhere.
/// </summary>
internal sealed partial class OutboxDispatcher(
    OutboxQueue queue,
    OutboxDelivery delivery,
    EventRegistry registry,
    IEnumerable<OutboxSource> sources,
    OutboxOptions options,
    TimeProvider clock,
    ILogger<OutboxDispatcher> logger) : BackgroundService
{
    private const int Page = 1000;

    /// <summary>How long a lane rests after its turn failed for a reason that is not an event's: the database is away, or something is wrong here.</summary>
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (registry.Handled.Length == 0)
        {
            return;
        }

        queue.Open();
        await Task.WhenAll([SweepAsync(stoppingToken), .. Enumerable.Range(0, options.Parallelism).Select(_ => WorkAsync(stoppingToken))]).ConfigureAwait(false);
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var lane = await queue.TakeAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                queue.Return(lane, await delivery.TakeTurnAsync(lane, cancellationToken).ConfigureAwait(false));
            }
#pragma warning disable CA1031 // Whatever it was, the other lanes go on, and this one does after a while.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                // Whatever it was, the node is being stopped, and what it leaves is found by others.
                if (cancellationToken.IsCancellationRequested)
                {
                    return;
                }

                LogTurnFailed(exception, lane.Tenant, AfterTrouble);
                queue.Return(lane, LaneTurn.In(AfterTrouble));
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.SweepEvery, clock);
        do
        {
            foreach (var source in sources)
            {
                try
                {
                    await SweepAsync(source, cancellationToken).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // What could not be looked at is looked at the next time.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    if (cancellationToken.IsCancellationRequested)
                    {
                        return;
                    }

                    LogSweepFailed(exception, source.IsControl ? "the control database" : "tenants' homes");
                }
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task SweepAsync(OutboxSource source, CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        IReadOnlyList<Guid> found;
        do
        {
            found = await source.FindAsync(last, Page, cancellationToken).ConfigureAwait(false);
            foreach (var tenant in found)
            {
                queue.Wake(new(source.IsControl, tenant));
                last = tenant;
            }
        }
        while (found.Count >= Page);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Events of tenant {Tenant} could not be delivered; they are tried again in {Pause}")]
    private partial void LogTurnFailed(Exception exception, Guid tenant, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Error, Message = "Nobody looked for events that wait in {Place}; what this node publishes is delivered all the same")]
    private partial void LogSweepFailed(Exception exception, string place);
}
