namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>An event that waits or was set aside, as whoever operates the outbox sees it: never what it says.</summary>
public sealed class OutboxEntry
{
    /// <summary>Its id. Two tenants can have events of one id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is; <see langword="null"/>: the platform's.</summary>
    public required Guid? TenantId { get; init; }

    /// <summary>Whether it lies in the control database and not in its tenant's home.</summary>
    public required bool IsControl { get; init; }

    /// <summary>The name of its type.</summary>
    public required string Kind { get; init; }

    /// <summary>When it was published.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How often it was brought and failed.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it is brought again at the earliest, unless it was set aside.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>When it was set aside; <see langword="null"/> while it waits.</summary>
    public required DateTimeOffset? FailedAt { get; init; }

    /// <summary>Why it failed last: kinds of exceptions and SQLSTATE, never what they say.</summary>
    public required string? Error { get; init; }
}
