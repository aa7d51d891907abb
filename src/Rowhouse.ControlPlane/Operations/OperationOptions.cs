namespace Rowhouse.ControlPlane.Operations;

/// <summary>How a server works on operations.</summary>
internal sealed class OperationOptions
{
    /// <summary>For how long an operation is a worker's without a sign of life.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a server looks whether there is work that it was not told of.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many operations on homes a server works on at once, and as many on products beside them: those wait for vendors, and a home waits for none.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>How long a step that failed waits before it is tried again; twice as long each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a step waits that has failed so often.</summary>
    public TimeSpan PauseAfter(int attempts) => Backoff.After(attempts, FirstPause, LongestPause);
}
