namespace Rowhouse.ControlPlane.People;

/// <summary>Someone who signs in; member of any number of tenants.</summary>
internal sealed class Person
{
    public required Guid Id { get; init; }

    public required string Email { get; set; }

    /// <summary>The address as it is looked up and unique: in lower case.</summary>
    public required string EmailKey { get; set; }

    public required string Name { get; init; }

    public string? PasswordHash { get; set; }

    /// <summary>Changes with the password, so that two changes at once do not both succeed.</summary>
    public string SecurityStamp { get; set; } = "";

    public int FailedSignIns { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    public bool SuperAdmin { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public List<Membership> Memberships { get; init; } = [];
}
