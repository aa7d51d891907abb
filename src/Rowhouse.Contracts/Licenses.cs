using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Contracts;

/// <summary>A license that a tenant is to have: of an enterprise, for a product and a service, from day to day.</summary>
public sealed record LicenseRequest
{
    /// <summary>The enterprise's id.</summary>
    [Required, StringLength(100)]
    public string EnterpriseId { get; init; } = "";

    /// <summary>The licensed product's id.</summary>
    [Required, StringLength(100)]
    public string ProductId { get; init; } = "";

    /// <summary>The licensed service's id.</summary>
    [Required, StringLength(100)]
    public string ServiceId { get; init; } = "";

    /// <summary>Its first day, in the tenant's time zone.</summary>
    [Required]
    public DateOnly? StartDate { get; init; }

    /// <summary>Its last day, in the tenant's time zone.</summary>
    [Required]
    public DateOnly? EndDate { get; init; }

    /// <summary>Whom to ask about it.</summary>
    [Required, StringLength(200)]
    public string ContactFullName { get; init; } = "";

    /// <summary>That person's e-mail address.</summary>
    [Required, EmailAddress, StringLength(254)]
    public string ContactEmail { get; init; } = "";

    /// <summary>For how many users it is.</summary>
    /// <value>For any number by default.</value>
    [Range(1, 1_000_000)]
    public int? Seats { get; init; }

    /// <summary>How far over the seats it may be used: <c>none</c>, <c>1.25</c>, <c>1.5</c> or <c>2</c> times as many users, rounded down, or <c>unlimited</c>.</summary>
    /// <value><c>none</c> by default.</value>
    [StringLength(9, MinimumLength = 1, ErrorMessage = "An overage is none, 1.25, 1.5, 2 or unlimited.")]
    [RegularExpression(@"^(none|1\.25|1\.5|2|unlimited)$", ErrorMessage = "An overage is none, 1.25, 1.5, 2 or unlimited.")]
    public string? Overage { get; init; }

    /// <summary>Whether it is withdrawn for a while.</summary>
    /// <value>It is not by default.</value>
    public bool Suspended { get; init; }

    /// <summary>What it is limited to, in words of whoever licenses.</summary>
    /// <value>It is not limited by default.</value>
    [MaxLength(50)]
    public IReadOnlyList<string>? Scope { get; init; }

    /// <summary>For how many days after its last it still holds.</summary>
    /// <value>0 by default.</value>
    [Range(0, 365)]
    public int GracePeriodDays { get; init; }
}

/// <summary>A license of a tenant.</summary>
/// <param name="Id">Its id.</param>
/// <param name="EnterpriseId">The enterprise's id.</param>
/// <param name="ProductId">The licensed product's id.</param>
/// <param name="ServiceId">The licensed service's id.</param>
/// <param name="StartDate">Its first day, in the tenant's time zone.</param>
/// <param name="EndDate">Its last day, in the tenant's time zone.</param>
/// <param name="ContactFullName">Whom to ask about it.</param>
/// <param name="ContactEmail">That person's e-mail address.</param>
/// <param name="Seats">For how many users it is; <see langword="null"/> for any number.</param>
/// <param name="Overage">How far over the seats it may be used: <c>none</c>, <c>1.25</c>, <c>1.5</c>, <c>2</c> or <c>unlimited</c>.</param>
/// <param name="Suspended">Whether it is withdrawn for a while.</param>
/// <param name="Scope">What it is limited to; empty where it is not.</param>
/// <param name="GracePeriodDays">For how many days after its last it still holds.</param>
/// <param name="State">What it is today: <c>upcoming</c>, <c>active</c>, <c>grace</c> or <c>expired</c>; <c>suspended</c> or, with its enterprise, <c>banned</c> whatever the day.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="Version">Counts its changes; also the entity tag.</param>
public sealed record LicenseResponse(
    Guid Id,
    string EnterpriseId,
    string ProductId,
    string ServiceId,
    DateOnly StartDate,
    DateOnly EndDate,
    string ContactFullName,
    string ContactEmail,
    int? Seats,
    string Overage,
    bool Suspended,
    IReadOnlyList<string> Scope,
    int GracePeriodDays,
    string State,
    DateTimeOffset CreatedAt,
    long Version);

/// <summary>Asks whether a tenant is licensed today.</summary>
public sealed record ValidateLicenseRequest
{
    /// <summary>The enterprise's id.</summary>
    [Required, StringLength(100)]
    public string EnterpriseId { get; init; } = "";

    /// <summary>The licensed product's id.</summary>
    [Required, StringLength(100)]
    public string ProductId { get; init; } = "";

    /// <summary>The licensed service's id.</summary>
    [Required, StringLength(100)]
    public string ServiceId { get; init; } = "";

    /// <summary>What it is to be used for: all of it has to be in the license's scope, where that has one.</summary>
    /// <value>Not looked at by default.</value>
    [MaxLength(50)]
    public IReadOnlyList<string>? Scope { get; init; }

    /// <summary>A product of this installation that the tenant has to subscribe to, by name.</summary>
    /// <value>Not looked at by default.</value>
    [StringLength(40, MinimumLength = 1)]
    public string? Entitlement { get; init; }

    /// <summary>How many use it, the one who asks among them.</summary>
    /// <value>Not looked at by default.</value>
    [Range(0, int.MaxValue)]
    public int? Users { get; init; }
}

/// <summary>Whether a tenant is licensed.</summary>
/// <param name="Valid">Whether it is.</param>
/// <param name="Code"><c>valid</c>, or the first of these that is so: <c>not-found</c>, <c>banned</c>, <c>suspended</c>, <c>upcoming</c>, <c>expired</c>, <c>overdue</c>, <c>entitlement-missing</c>, <c>scope-mismatch</c>, <c>too-many-users</c>.</param>
/// <param name="License">The license that was looked at, where there is one: the one that began last, else the first to begin.</param>
/// <param name="Detail">The same in a sentence.</param>
public sealed record LicenseValidationResponse(bool Valid, string Code, LicenseResponse? License, string Detail);

/// <summary>Puts an enterprise on the list of those whose licenses tenants may have.</summary>
public sealed record EnterpriseRequest
{
    /// <summary>Its id, kept as it is given.</summary>
    [Required, RegularExpression(ListEntryIds.Pattern, ErrorMessage = ListEntryIds.Rule)]
    public string Id { get; init; } = "";

    /// <summary>Its name.</summary>
    [Required, StringLength(200)]
    public string Name { get; init; } = "";

    /// <summary>Whether new licenses may name it.</summary>
    /// <value>They may by default.</value>
    public bool Active { get; init; } = true;

    /// <summary>Whether none of its licenses holds any more.</summary>
    /// <value>They hold by default.</value>
    public bool Banned { get; init; }
}

/// <summary>An enterprise whose licenses tenants may have.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Active">Whether new licenses may name it.</param>
/// <param name="Banned">Whether none of its licenses holds any more.</param>
/// <param name="Version">Counts its changes; also the entity tag.</param>
public sealed record EnterpriseResponse(string Id, string Name, bool Active, bool Banned, long Version);

/// <summary>Puts a product or a service on the list of those that licenses are for.</summary>
public sealed record LicensedItemRequest
{
    /// <summary>Its id, kept as it is given.</summary>
    [Required, RegularExpression(ListEntryIds.Pattern, ErrorMessage = ListEntryIds.Rule)]
    public string Id { get; init; } = "";

    /// <summary>Its name.</summary>
    [Required, StringLength(200)]
    public string Name { get; init; } = "";

    /// <summary>Whether new licenses may name it.</summary>
    /// <value>They may by default.</value>
    public bool Active { get; init; } = true;
}

/// <summary>A product or a service that licenses are for.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Active">Whether new licenses may name it.</param>
/// <param name="Version">Counts its changes; also the entity tag.</param>
public sealed record LicensedItemResponse(string Id, string Name, bool Active, long Version);

internal static class ListEntryIds
{
    public const string Pattern = "^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$";
    public const string Rule = "An id has 1 to 100 letters, digits, points, hyphens, colons and underscores of ASCII, and begins with a letter or a digit.";
}
