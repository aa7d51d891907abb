using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Contracts;

/// <summary>Signs a person in.</summary>
/// <param name="Email">The person's e-mail address.</param>
/// <param name="Password">The person's password.</param>
/// <param name="Tenant">Where to, by id, slug or external id: tells apart people whom several tenants have invited by the same address before it was proven.</param>
public sealed record SignInRequest(
    [property: Required, EmailAddress, StringLength(254)] string Email,
    [property: Required, StringLength(256)] string Password,
    [property: StringLength(200)] string? Tenant = null);

/// <summary>A session that was opened.</summary>
/// <param name="Token">The bearer token; <see langword="null"/> when the session is carried by a cookie.</param>
/// <param name="ExpiresAt">When the session ends if it is not used.</param>
/// <param name="Person">Who signed in.</param>
/// <param name="SuperAdmin">Whether the person runs the platform.</param>
/// <param name="Tenants">The tenants that the person is a member of.</param>
public sealed record SessionResponse(string? Token, DateTimeOffset ExpiresAt, PersonSummary Person, bool SuperAdmin, IReadOnlyList<TenantMembership> Tenants);

/// <summary>Who is signed in.</summary>
/// <param name="Person">The person.</param>
/// <param name="SuperAdmin">Whether the person runs the platform.</param>
/// <param name="Tenants">The tenants that the person is a member of.</param>
public sealed record MeResponse(PersonSummary Person, bool SuperAdmin, IReadOnlyList<TenantMembership> Tenants);

/// <summary>A person in short.</summary>
/// <param name="Id">The person's id.</param>
/// <param name="Email">The person's e-mail address.</param>
/// <param name="Name">The person's name.</param>
public sealed record PersonSummary(Guid Id, string Email, string Name);

/// <summary>A tenant that a person is a member of.</summary>
/// <param name="Id">The tenant's id.</param>
/// <param name="Slug">The tenant's name in addresses.</param>
/// <param name="Name">The tenant's name.</param>
/// <param name="Role">The person's role in it.</param>
/// <param name="Status">Where the tenant is in its life.</param>
/// <param name="Products">The products it subscribes to.</param>
/// <param name="Permissions">What the role allows, over all products.</param>
/// <param name="TimeZone">The tenant's IANA time zone.</param>
/// <param name="Currency">The tenant's ISO 4217 currency.</param>
/// <param name="Locale">The tenant's BCP 47 locale.</param>
public sealed record TenantMembership(
    Guid Id,
    string Slug,
    string Name,
    string Role,
    string Status,
    IReadOnlyList<string> Products,
    IReadOnlyList<string> Permissions,
    string TimeZone,
    string Currency,
    string Locale);
