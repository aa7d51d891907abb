namespace Rowhouse.ControlPlane.Parameters;

/// <summary>A parameter of the platform that somebody has set. Its row stays when it is unset, so that its version never begins anew.</summary>
internal sealed class PlatformParameter
{
    public required string Path { get; init; }

    /// <summary>What it was set to; none where the default counts again.</summary>
    public string? Value { get; private set; }

    public long Version { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public void Become(string? value, DateTimeOffset now)
    {
        Value = value;
        Version++;
        UpdatedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)); // as the database keeps it, so that an answer says what is read later
    }
}
