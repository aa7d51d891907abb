namespace Rowhouse.ControlPlane.Sessions;

/// <summary>The passwords that were tried for an address from one network, since one of them was right.</summary>
internal sealed class SignInAttempts
{
    public required string EmailKey { get; init; }

    public required string Network { get; init; }

    public required int Failures { get; init; }

    public DateTimeOffset? LockedUntil { get; init; }

    public DateTimeOffset? SucceededAt { get; init; }

    public required DateTimeOffset TriedAt { get; init; }
}
