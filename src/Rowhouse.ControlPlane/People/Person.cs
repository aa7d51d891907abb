using Rowhouse.ControlPlane.Members;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.People;

/// <summary>
/// Someone who signs in. With a proven address they may be a member of any number of tenants; otherwise of the one that
/// invited them, because nobody knows yet whose address it is.
/// </summary>
internal sealed class Person
{
    public required Guid Id { get; init; }

    public required string Email { get; set; }

    /// <summary>The address as it is looked up, in lower case: unique among the proven, and among the unproven of a tenant.</summary>
    public required string EmailKey { get; set; }

    public required string Name { get; init; }

    /// <summary>Since when the address is known to be theirs.</summary>
    public DateTimeOffset? ProvenAt { get; init; }

    /// <summary>The only tenant that somebody unproven can be a member of; none for the proven.</summary>
    public TenantId? OnlyTenantId { get; init; }

    public string? PasswordHash { get; set; }

    /// <summary>Changes with the password, so that what was checked against the old one does not hold any more.</summary>
    public string SecurityStamp { get; set; } = "";

    public DateTimeOffset? SignedInAt { get; init; }

    public bool SuperAdmin { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public List<Member> Memberships { get; init; } = [];
}
