namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>How events are delivered. Set by <see cref="OutboxHostExtensions.WithOutbox"/>.</summary>
public sealed class OutboxOptions
{
    /// <summary>How often all homes are looked over for what a crash left, or another node published and does not handle.</summary>
    /// <value>Four minutes.</value>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromMinutes(4);

    /// <summary>How many tenants' events are handled at the same time on this node.</summary>
    /// <value>Four.</value>
    public int Parallelism { get; set; } = 4;

    /// <summary>How many events of a tenant are handled before others have their turn.</summary>
    /// <value>Fifty.</value>
    public int BatchSize { get; set; } = 50;

    /// <summary>How long a tenant's turn takes at most, not counting the event that is being handled.</summary>
    /// <value>A second.</value>
    public TimeSpan LongestTurn { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a handler may take before it is stopped and has failed.</summary>
    /// <value>A minute.</value>
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an event waits after it failed for the first time; then twice as long each time.</summary>
    /// <value>A second.</value>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an event waits at most until it is tried again.</summary>
    /// <value>Ten minutes.</value>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often an event is tried before it is set aside for the operator, so that the tenant's later ones go on.</summary>
    /// <value>Twelve.</value>
    public int MaxAttempts { get; set; } = 12;

    /// <summary>How long it is remembered that an event was handled; longer where an event that old still waits.</summary>
    /// <value>Seven days.</value>
    public TimeSpan Memory { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Whether events can be delivered so.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They cannot.</exception>
    internal void Check()
    {
        Between(SweepEvery, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), nameof(SweepEvery));
        Between(Parallelism, 1, 1000, nameof(Parallelism));
        Between(BatchSize, 1, 1000, nameof(BatchSize));
        Between(LongestTurn, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10), nameof(LongestTurn));
        Between(HandlerTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), nameof(HandlerTimeout));
        Between(LongestPause, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), nameof(LongestPause));
        Between(FirstPause, TimeSpan.FromMilliseconds(1), LongestPause, nameof(FirstPause));
        Between(MaxAttempts, 1, 1000, nameof(MaxAttempts));
        Between(Memory, TimeSpan.FromHours(1), TimeSpan.FromDays(3650), nameof(Memory));
    }

    private static void Between<T>(T value, T least, T most, string name)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            throw new ArgumentOutOfRangeException(name, value, $"The outbox's {name} is from {least} to {most}.");
        }
    }
}
