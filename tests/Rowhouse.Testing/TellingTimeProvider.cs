namespace Rowhouse.Testing;

/// <summary>The real clock, which tells when somebody first waits by it.</summary>
public sealed class TellingTimeProvider : TimeProvider
{
    private readonly TaskCompletionSource waits = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the first timer is made.</summary>
    public Task Waits => waits.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        waits.TrySetResult();
        return base.CreateTimer(callback, state, dueTime, period);
    }
}
