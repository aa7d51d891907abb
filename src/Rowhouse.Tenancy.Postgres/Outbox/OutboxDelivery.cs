using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.Postgres.Binding;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>Delivers the events of one lane.</summary>
/// <remarks>
/// <list type="number">
/// <item>Take the lane and its first events, locked, in a transaction. Another node that comes meanwhile leaves again.</item>
/// <item>Bring each to its consumers, in order. Each consumer commits its effect, and that it has seen the event, in a transaction of its own.</item>
/// <item>Delete what all consumers have, note what failed, commit.</item>
/// </list>
/// Whatever dies between these leaves the events where they are; who brings them again finds what consumers have seen, and nothing takes
/// effect twice. Neither does it where a node sleeps in the middle and another one has taken over.
/// </remarks>
internal sealed partial class OutboxDelivery(
    IServiceProvider services,
    EventRegistry registry,
    IEnumerable<OutboxSource> sources,
    OutboxOptions options,
    TimeProvider clock,
    ILogger<OutboxDelivery> logger)
{
    private const int MostForgotten = 1000;
    private const int MostRemembered = 10_000;

    /// <summary>How soon to look again at a lane that another node has: its last look may have been before what was just committed. Then twice as long each time.</summary>
    private static readonly TimeSpan WhileOthers = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestWhileOthers = TimeSpan.FromSeconds(2);

    /// <summary>How long a handler that was stopped may take to end before nobody waits for it any more.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>How soon to look again at a tenant that is moving, or whose catalogue is out of reach.</summary>
    private static readonly TimeSpan WhileNotNow = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Guid, long> forgotten = [];
    private readonly ConcurrentDictionary<OutboxLane, int> others = [];
    private readonly ConcurrentDictionary<string, long> reported = new(StringComparer.Ordinal);

    public async Task<LaneTurn> TakeTurnAsync(OutboxLane lane, CancellationToken cancellationToken)
    {
        try
        {
            var session = await SourceOf(lane).OpenAsync(lane, cancellationToken).ConfigureAwait(false);
            await using var dispose = session.ConfigureAwait(false);
            return await TakeTurnAsync(lane, session, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantUnavailableException)
        {
            // Its events wait. A sweep finds them once it is open again.
            return LaneTurn.Drained;
        }
        catch (Exception exception) when (OutboxSession.IsNotNow(exception))
        {
            LogNotNow(exception, lane.Tenant);
            return LaneTurn.In(WhileNotNow);
        }
    }

    private async Task<LaneTurn> TakeTurnAsync(OutboxLane lane, OutboxSession session, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var transaction = await session.Context.Database.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var dispose = transaction.ConfigureAwait(false);
        if (await session.TakeAsync(lane, registry.Handled, options.BatchSize, Silence, cancellationToken).ConfigureAwait(false) is not { } events)
        {
            return LaneTurn.In(PauseWhileOthers(others.AddOrUpdate(lane, 1, (_, times) => times + 1)));
        }

        others.TryRemove(lane, out _);

        if (events.Count == 0)
        {
            await ReportUnknownAsync(session, cancellationToken).ConfigureAwait(false);
            return LaneTurn.Drained;
        }

        List<Guid> delivered = [];
        LaneTurn? pausing = null;
        foreach (var happened in events)
        {
            // Of a new one the time is its publisher's, whose clock may be ahead.
            if (happened.Attempts > 0 && happened.NotBefore - clock.GetUtcNow() is var pause && pause > TimeSpan.Zero)
            {
                pausing = LaneTurn.In(pause < options.LongestPause ? pause : options.LongestPause);
                break;
            }

            if (delivered.Count > 0 && clock.GetElapsedTime(began) >= options.LongestTurn)
            {
                pausing = LaneTurn.More;
                break;
            }

            var failure = await DeliverAsync(lane, happened, cancellationToken).ConfigureAwait(false);
            if (failure is null)
            {
                delivered.Add(happened.Id);
                continue;
            }

            pausing = OutboxSession.IsNotNow(failure.Exception) ? NotNow(lane, failure) : await FailAsync(lane, session, happened, failure, cancellationToken).ConfigureAwait(false);
            break;
        }

        if (delivered.Count > 0)
        {
            await session.DeleteAsync(delivered, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        if (pausing is null && events.Count < options.BatchSize)
        {
            await ForgetAsync(lane, cancellationToken).ConfigureAwait(false);
        }

        return pausing ?? (events.Count < options.BatchSize ? LaneTurn.Drained : LaneTurn.More);
    }

    // Between two statements of a turn are handlers: one for as long as it may take, and those before it for as long as a turn.
    private TimeSpan Silence => (2 * options.HandlerTimeout) + options.LongestTurn + Grace;

    private static TimeSpan PauseWhileOthers(int times) =>
        TimeSpan.FromTicks((long)Math.Min(LongestWhileOthers.Ticks, WhileOthers.Ticks * Math.Pow(2, times - 1)));

    private async Task<Failure?> DeliverAsync(OutboxLane lane, PublishedEvent happened, CancellationToken cancellationToken)
    {
        var (type, consumers) = registry.Of(happened.Kind);
        var by = "";
        using var timeout = new CancellationTokenSource(options.HandlerTimeout, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var says = type.Read(happened.Payload);
            foreach (var consumer in consumers)
            {
                by = consumer.Name;
                var handling = Task.Run(() => consumer.HandleAsync(services, lane.TenantId, says, new(happened.Id, happened.CreatedAt, happened.Attempts + 1), stop.Token), CancellationToken.None);
                await EndAsync(handling, consumer, happened, lane, stop.Token).ConfigureAwait(false);
            }

            return null;
        }
#pragma warning disable CA1031 // Whatever a handler throws, the event is kept and tried again, and the operator is told.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new(by, exception);
        }
    }

    // One that does not stop is left alone: what it still commits counts, and what others did meanwhile makes it commit nothing. So says the row of what was seen.
    private async Task EndAsync(Task handling, EventConsumer consumer, PublishedEvent happened, OutboxLane lane, CancellationToken stopped)
    {
        using var abandon = new CancellationTokenSource();
        await using var registration = stopped.Register(() => abandon.CancelAfter(Grace)).ConfigureAwait(false);
        try
        {
            await handling.WaitAsync(abandon.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!handling.IsCompleted)
        {
            LogAbandoned(happened.Kind, happened.Id, lane.Tenant, consumer.Name);
            throw;
        }
    }

    private LaneTurn NotNow(OutboxLane lane, Failure failure)
    {
        LogNotNow(failure.Exception, lane.Tenant);
        return failure.Exception is TenantUnavailableException ? LaneTurn.Drained : LaneTurn.In(WhileNotNow);
    }

    private async Task<LaneTurn> FailAsync(OutboxLane lane, OutboxSession session, PublishedEvent happened, Failure failure, CancellationToken cancellationToken)
    {
        var attempts = happened.Attempts + 1;
        var now = clock.GetUtcNow();
        var error = Describe(failure);
        if (attempts >= options.MaxAttempts)
        {
            await session.FailAsync(happened.Id, error, now, now, cancellationToken).ConfigureAwait(false);
            LogSetAside(failure.Exception, happened.Kind, happened.Id, lane.Tenant, failure.Consumer, attempts);
            return LaneTurn.More;
        }

        var pause = PauseAfter(attempts);
        await session.FailAsync(happened.Id, error, now + pause, failedAt: null, cancellationToken).ConfigureAwait(false);
        LogFailed(failure.Exception, happened.Kind, happened.Id, lane.Tenant, failure.Consumer, attempts, pause);
        return LaneTurn.In(pause);
    }

    // Twice as long each time, and a fifth more or less: what failed together need not come back together.
    private TimeSpan PauseAfter(int attempts)
    {
        var whole = Math.Min(options.LongestPause.Ticks, options.FirstPause.Ticks * Math.Pow(2, attempts - 1));
        return TimeSpan.FromTicks((long)(whole * (0.8 + (RandomNumberGenerator.GetInt32(0, 401) / 1000.0))));
    }

    // Not what exceptions say, which may quote a tenant's data or a secret: the log has that.
    private static string Describe(Failure failure)
    {
        var types = new List<string>();
        for (var exception = failure.Exception; exception is not null && types.Count < 4; exception = exception.InnerException)
        {
            types.Add(exception.GetType().FullName ?? exception.GetType().Name);
        }

        var refusal = failure.Exception.Refusal();
        var database = refusal is null ? "" : $" [{refusal.SqlState}{(refusal.ConstraintName is null ? "" : $" {refusal.ConstraintName}")}]";
        return $"{(failure.Consumer.Length == 0 ? "reading" : failure.Consumer)}: {string.Join(" < ", types)}{database}";
    }

    private async Task ReportUnknownAsync(OutboxSession session, CancellationToken cancellationToken)
    {
        foreach (var kind in await session.UnknownAsync(registry.Handled, cancellationToken).ConfigureAwait(false))
        {
            if (reported.Count < MostRemembered && IsDue(reported, kind))
            {
                LogUnknown(kind);
            }
        }
    }

    // While an event that old waits anywhere, even set aside, nothing is forgotten: it could be tried again.
    private async Task ForgetAsync(OutboxLane lane, CancellationToken cancellationToken)
    {
        if (forgotten.Count >= MostRemembered)
        {
            forgotten.Clear();
        }

        if (!IsDue(forgotten, lane.Tenant))
        {
            return;
        }

        var began = clock.GetTimestamp();
        var bound = Guid.CreateVersion7(clock.GetUtcNow() - options.Memory);
        List<OutboxSession> sessions = [];
        try
        {
            foreach (var source in sources.Where(source => source.IsControl || lane.Tenant != Guid.Empty))
            {
                sessions.Add(await source.OpenAsync(lane, cancellationToken).ConfigureAwait(false));
            }

            foreach (var session in sessions)
            {
                if (await session.HasBelowAsync(bound, cancellationToken).ConfigureAwait(false))
                {
                    return;
                }
            }

            foreach (var session in sessions)
            {
                while (await session.ForgetAsync(bound, MostForgotten, cancellationToken).ConfigureAwait(false) >= MostForgotten)
                {
                    if (clock.GetElapsedTime(began) >= options.LongestTurn)
                    {
                        // Others have their turn; the rest goes with the tenant's next one.
                        forgotten.TryRemove(lane.Tenant, out _);
                        return;
                    }
                }
            }
        }
        finally
        {
            foreach (var session in sessions)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private bool IsDue<TKey>(ConcurrentDictionary<TKey, long> last, TKey key)
        where TKey : notnull
    {
        var now = clock.GetTimestamp();
        if (last.TryGetValue(key, out var before) && clock.GetElapsedTime(before, now) < ForgetEvery)
        {
            return false;
        }

        last[key] = now;
        return true;
    }

    private OutboxSource SourceOf(OutboxLane lane) => sources.First(source => source.IsControl == lane.IsControl); // who wakes a lane has its source

    private sealed record Failure(string Consumer, Exception Exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Kind} {Id} of tenant {Tenant}: '{Consumer}' failed, the {Attempts}. time. It is tried again in {Pause}, and the tenant's later events wait for it")]
    private partial void LogFailed(Exception exception, string kind, Guid id, Guid tenant, string consumer, int attempts, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {Kind} {Id} of tenant {Tenant}: '{Consumer}' failed {Attempts} times. It is set aside for the operator, and the tenant's later events go on")]
    private partial void LogSetAside(Exception exception, string kind, Guid id, Guid tenant, string consumer, int attempts);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {Kind} {Id} of tenant {Tenant}: '{Consumer}' does not stop although its time is over. Nobody waits for it any more; until it ends it holds a connection")]
    private partial void LogAbandoned(string kind, Guid id, Guid tenant, string consumer);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Events of tenant {Tenant} wait: it is closed, moving or out of reach")]
    private partial void LogNotNow(Exception exception, Guid tenant);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events of the kind '{Kind}' wait, and nobody on this node handles them. They are left to a node that does")]
    private partial void LogUnknown(string kind);
}
