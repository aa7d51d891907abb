using System.Threading.Channels;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>
/// Which lanes want a turn on this node. A lane is in it once, however often it is woken, and comes back to the end after its turn: so none
/// waits for longer than one turn of each of the others. Safe for concurrent use.
/// </summary>
internal sealed class OutboxQueue(TimeProvider clock)
{
    private readonly Channel<OutboxLane> ready = Channel.CreateUnbounded<OutboxLane>();
    private readonly Dictionary<OutboxLane, State> lanes = [];
    private readonly Lock changing = new();
    private bool isOpen;

    /// <summary>Lets lanes in. Before that nobody takes them, and they would only pile up.</summary>
    public void Open()
    {
        lock (changing)
        {
            isOpen = true;
        }
    }

    /// <summary>Something new may lie in the lane.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="evenIfPausing">Whether to wake it also where it waits for an event that failed: order lets nothing pass that.</param>
    public void Wake(OutboxLane lane, bool evenIfPausing = false)
    {
        lock (changing)
        {
            if (!isOpen)
            {
                return;
            }

            if (!lanes.TryGetValue(lane, out var state))
            {
                lanes[lane] = new() { Is = Step.Ready };
                ready.Writer.TryWrite(lane);
            }
            else if (state.Is is Step.Running)
            {
                state.Again = true;
            }
            else if (state.Is is Step.Pausing && evenIfPausing)
            {
                EndPause(lane, state);
            }
        }
    }

    public async ValueTask<OutboxLane> TakeAsync(CancellationToken cancellationToken)
    {
        var lane = await ready.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        lock (changing)
        {
            lanes[lane].Is = Step.Running;
        }

        return lane;
    }

    /// <summary>The turn of a lane that was taken has ended.</summary>
    public void Return(OutboxLane lane, LaneTurn turn)
    {
        lock (changing)
        {
            var state = lanes[lane];
            if (turn.After is { } pause && pause > TimeSpan.Zero)
            {
                // A timer that cannot be had leaves the lane as it was.
                state.Timer = clock.CreateTimer(_ => Resume(lane, state), state: null, pause, Timeout.InfiniteTimeSpan);
                state.Is = Step.Pausing;
                state.Again = false;
            }
            else if (turn.After is not null || state.Again)
            {
                state.Again = false;
                state.Is = Step.Ready;
                ready.Writer.TryWrite(lane);
            }
            else
            {
                lanes.Remove(lane);
            }
        }
    }

    private void Resume(OutboxLane lane, State state)
    {
        lock (changing)
        {
            if (state.Is is Step.Pausing)
            {
                EndPause(lane, state);
            }
        }
    }

    private void EndPause(OutboxLane lane, State state)
    {
        state.Timer?.Dispose();
        state.Timer = null;
        state.Is = Step.Ready;
        ready.Writer.TryWrite(lane);
    }

    private enum Step
    {
        Ready,
        Running,
        Pausing,
    }

    private sealed class State
    {
        public Step Is { get; set; }

        /// <summary>Whether it was woken during its turn, which may have looked before.</summary>
        public bool Again { get; set; }

        public ITimer? Timer { get; set; }
    }
}
