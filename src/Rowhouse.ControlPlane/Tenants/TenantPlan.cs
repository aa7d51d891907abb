using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>A tenant that was asked for, as far as it is right.</summary>
internal sealed record TenantPlan
{
    public required TenantFacts Facts { get; init; }

    /// <summary>Missing where it is wrong, or where none can be made from the name.</summary>
    public required Slug? Slug { get; init; }

    /// <summary>Whether the caller chose it; otherwise it is numbered where it is taken.</summary>
    public required bool SlugIsGiven { get; init; }

    public required IReadOnlyList<string> ExternalIds { get; init; }

    public required IReadOnlyList<string> Products { get; init; }

    /// <summary>The plan of its products.</summary>
    public required string PlanName { get; init; }

    public required bool IsPrivate { get; init; }

    /// <summary>The store that was asked for.</summary>
    public required string? Store { get; init; }

    /// <summary>The region that was asked for.</summary>
    public required string? Region { get; init; }
}

/// <summary>What can be changed of a tenant, as far as it is right.</summary>
internal sealed record TenantFacts
{
    public required string Name { get; init; }

    public required AccountFacts Account { get; init; }

    public required string TimeZone { get; init; }

    public required string Currency { get; init; }

    public required string Locale { get; init; }

    public required bool DeletionProtection { get; init; }
}
