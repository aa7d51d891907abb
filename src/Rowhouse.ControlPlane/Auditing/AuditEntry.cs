using System.Text.Json;

namespace Rowhouse.ControlPlane.Auditing;

/// <summary>One act that was recorded.</summary>
internal sealed class AuditEntry
{
    public required Guid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public Guid? PersonId { get; init; }

    public required string Action { get; init; }

    public Guid? TenantId { get; init; }

    public string? Subject { get; init; }

    public required AuditOutcome Outcome { get; init; }

    public string? Address { get; init; }

    public string? TraceId { get; init; }

    public JsonDocument? Details { get; init; }
}

/// <summary>How an act ended. The numbers are stored; do not change them.</summary>
internal enum AuditOutcome
{
    Done = 0,
    Refused = 1,
}
