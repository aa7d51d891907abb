namespace Rowhouse.ControlPlane.Sessions;

/// <summary>A person who is signed in somewhere.</summary>
internal sealed class Session
{
    /// <summary>How long it lasts without use.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(12);

    /// <summary>How long it lasts at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public required byte[] Hash { get; init; }

    public required Guid PersonId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }
}
