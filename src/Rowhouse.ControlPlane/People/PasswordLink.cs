namespace Rowhouse.ControlPlane.People;

/// <summary>A link by which a person sets a password once.</summary>
internal sealed class PasswordLink
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public required byte[] Hash { get; init; }

    public required Guid PersonId { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
