namespace Rowhouse.ControlPlane.Sessions;

/// <summary>The passwords that were tried for an account from one network, since one of them was right.</summary>
internal sealed class SignInAttempts
{
    public required string Account { get; init; }

    public required string Network { get; init; }

    public required int Failures { get; init; }

    public required DateTimeOffset WindowBegan { get; init; }

    /// <summary>The failures since then; what is older says nothing of an attack that is under way.</summary>
    public required int WindowFailures { get; init; }

    public DateTimeOffset? LockedUntil { get; init; }

    public DateTimeOffset? SucceededAt { get; init; }

    public required DateTimeOffset TriedAt { get; init; }
}
