using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Keys;

/// <summary>A tenant's data key as it is kept: wrapped by a key of the platform.</summary>
internal sealed class WrappedKey
{
    public required TenantId TenantId { get; init; }

    /// <summary>From 1 on; the last one seals.</summary>
    public required int Version { get; init; }

    /// <summary>The key. None where the tenant's keys were destroyed: then this is the tenant's only row, and keeps it from ever having a key again.</summary>
    public byte[]? Wrapped { get; set; }

    /// <summary>The id of the platform's key that wrapped it.</summary>
    public string? PlatformKey { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A key of the platform by which servers have wrapped, so that two that have different ones notice.</summary>
internal sealed class KnownPlatformKey
{
    public required string Id { get; init; }

    /// <summary>A value by which the key is known again.</summary>
    public required byte[] Proof { get; init; }

    public required DateTimeOffset SeenAt { get; init; }
}
