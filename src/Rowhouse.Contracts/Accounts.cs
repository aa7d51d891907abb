using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Contracts;

/// <summary>A postal address of a tenant. Two of the same text are equal.</summary>
public sealed record TenantAddress
{
    /// <summary>Street and number.</summary>
    [Required, StringLength(200)]
    public string Line1 { get; init; } = "";

    /// <summary>What else belongs to it.</summary>
    /// <value>Nothing by default.</value>
    [StringLength(200)]
    public string? Line2 { get; init; }

    /// <summary>The city.</summary>
    [Required, StringLength(100)]
    public string City { get; init; } = "";

    /// <summary>State, province or county.</summary>
    /// <value>None by default.</value>
    [StringLength(100)]
    public string? Region { get; init; }

    /// <summary>The postal code.</summary>
    [Required, StringLength(20)]
    public string PostalCode { get; init; } = "";

    /// <summary>The country, as a code or by its name.</summary>
    [Required, StringLength(100)]
    public string Country { get; init; } = "";
}

/// <summary>Whom to ask about a tenant's technical matters. To be named here gives nobody access.</summary>
public sealed record TechnicalUser
{
    /// <summary>The person's name.</summary>
    [Required, StringLength(200)]
    public string Name { get; init; } = "";

    /// <summary>The person's e-mail address.</summary>
    [Required, EmailAddress, StringLength(254)]
    public string Email { get; init; } = "";
}
