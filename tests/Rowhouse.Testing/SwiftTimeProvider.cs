namespace Rowhouse.Testing;

/// <summary>A clock that runs faster than the real one, for what waits by the clock and cannot be told when.</summary>
/// <param name="factor">How many times as fast.</param>
public sealed class SwiftTimeProvider(int factor) : TimeProvider
{
    private readonly long start = System.GetTimestamp();

    public override long GetTimestamp() => start + (System.GetTimestamp() - start) * factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Swift(dueTime), Swift(period));

    private TimeSpan Swift(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / factor;
}
