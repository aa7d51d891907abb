using Rowhouse.Modules.Access;

namespace Rowhouse.ControlPlane.Idempotency;

/// <summary>An answer under its key.</summary>
internal sealed class AnsweredKey
{
    /// <summary>The tenant, or the person where the request is in none. Ids of both are never the same.</summary>
    public required Guid Owner { get; init; }

    public required string Route { get; init; }

    public required string Key { get; init; }

    public required byte[] Request { get; init; }

    public required Guid PersonId { get; init; }

    public required Role? Role { get; init; }

    public required int Status { get; init; }

    public string? Location { get; init; }

    public string? ETag { get; init; }

    public required string Body { get; init; }

    public required DateTimeOffset KeptAt { get; init; }
}
