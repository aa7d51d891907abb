namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>An event that waits to be delivered, wherever it lies.</summary>
internal abstract class PublishedEvent
{
    /// <summary>The most that an event may say, in bytes of JSON.</summary>
    public const int MaxBytes = 64 * 1024;

    public required Guid Id { get; init; }

    /// <summary>Its place among the tenant's events; the database gives it.</summary>
    public long Number { get; init; }

    public required string Kind { get; init; }

    /// <summary>What it says, as JSON.</summary>
    public required string Payload { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How often it was brought and failed.</summary>
    public int Attempts { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>When it was set aside.</summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>Why it failed last: kinds of exceptions and codes, never what they say, which could be a tenant's data.</summary>
    public string? Error { get; init; }
}

/// <summary>An event in its tenant's home.</summary>
internal sealed class HomeEvent : PublishedEvent;

/// <summary>An event in the control database.</summary>
internal sealed class ControlEvent : PublishedEvent
{
    /// <summary>Whom it is about; <see langword="null"/>: the platform.</summary>
    public Guid? TenantId { get; init; }
}

/// <summary>What a handler in the control database has committed. Its rows are written past the model, with their conflict in one statement.</summary>
internal sealed class ControlSeenEvent
{
    /// <summary>Whose event it was; zeros for the platform's, since a key has no nulls.</summary>
    public required Guid TenantId { get; init; }

    public required string Consumer { get; init; }

    public required Guid EventId { get; init; }

    public required DateTimeOffset SeenAt { get; init; }
}
