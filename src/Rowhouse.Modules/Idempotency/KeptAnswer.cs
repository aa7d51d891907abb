using Rowhouse.Modules.Access;

namespace Rowhouse.Modules.Idempotency;

/// <summary>A success as it is given again.</summary>
public sealed class KeptAnswer
{
    /// <summary>The SHA-256 of what was asked: path, query and body.</summary>
    public required byte[] Request { get; init; }

    /// <summary>Who asked. Others of the tenant get the answer as well, if they may ask.</summary>
    public required Guid PersonId { get; init; }

    /// <summary>The role in which that was asked; none where the request is in no tenant.</summary>
    public required Role? Role { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>The header <c>Location</c>.</summary>
    public string? Location { get; init; }

    /// <summary>The header <c>ETag</c>.</summary>
    public string? ETag { get; init; }

    /// <summary>The body as JSON, without one-time secrets.</summary>
    public required string Body { get; init; }
}
