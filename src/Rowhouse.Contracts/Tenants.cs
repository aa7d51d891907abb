using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Contracts;

/// <summary>Makes a tenant.</summary>
public sealed record CreateTenantRequest
{
    /// <summary>The organisation's name.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public required string Name { get; init; }

    /// <summary>Its name in addresses.</summary>
    /// <value>Made from the name by default.</value>
    [StringLength(63)]
    public string? Slug { get; init; }

    /// <summary>The ids that others know it by; unique over all tenants, also against slugs.</summary>
    /// <value>None by default.</value>
    [MaxLength(20)]
    public IReadOnlyList<string>? ExternalIds { get; init; }

    /// <summary>The account it belongs to at whoever runs the platform; unique among tenants, whatever its case.</summary>
    /// <value>None by default.</value>
    [StringLength(200, MinimumLength = 1)]
    public string? MasterAccountName { get; init; }

    /// <summary>Its postal addresses.</summary>
    /// <value>None by default.</value>
    [MaxLength(20)]
    public IReadOnlyList<TenantAddress>? Addresses { get; init; }

    /// <summary>Whom to ask about technical matters.</summary>
    /// <value>Nobody by default.</value>
    public TechnicalUser? TechnicalUser { get; init; }

    /// <summary>Its licenses. Each names an enterprise, a product and a service of the platform's lists.</summary>
    /// <value>None by default.</value>
    [MaxLength(20)]
    public IReadOnlyList<LicenseRequest>? Licenses { get; init; }

    /// <summary>Where its rows live: <c>public</c> among others.</summary>
    /// <value><c>public</c> by default.</value>
    public string? CloudType { get; init; }

    /// <summary>The name of the store it lives in.</summary>
    /// <value>The platform's default, or of those that are open and have room the one that is the least full.</value>
    [StringLength(40)]
    public string? Store { get; init; }

    /// <summary>The region of the store it lives in.</summary>
    /// <value>Any by default.</value>
    [StringLength(40)]
    public string? Region { get; init; }

    /// <summary>The names of the products it subscribes to.</summary>
    /// <value>The installation's default products.</value>
    [MaxLength(20)]
    public IReadOnlyList<string>? Products { get; init; }

    /// <summary>The plan of its products, by name: <c>starter</c>, <c>professional</c> or <c>enterprise</c>.</summary>
    /// <value><c>starter</c> by default.</value>
    [StringLength(40)]
    public string? Plan { get; init; }

    /// <summary>The first person with the role admin.</summary>
    /// <value>None by default.</value>
    public TenantAdminRequest? Admin { get; init; }

    /// <summary>Its IANA time zone.</summary>
    /// <value><c>Etc/UTC</c> by default.</value>
    [StringLength(64)]
    public string? TimeZone { get; init; }

    /// <summary>Its ISO 4217 currency.</summary>
    /// <value><c>USD</c> by default.</value>
    [StringLength(3)]
    public string? Currency { get; init; }

    /// <summary>Its BCP 47 locale.</summary>
    /// <value><c>en</c> by default.</value>
    [StringLength(35)]
    public string? Locale { get; init; }

    /// <summary>Whether it cannot be deleted until somebody has changed this.</summary>
    /// <value>As the installation has it (<c>Tenants__DeletionProtection</c>).</value>
    public bool? DeletionProtection { get; init; }
}

/// <summary>What can be changed of a tenant. What its slug is never changes.</summary>
public sealed record ChangeTenantRequest
{
    /// <summary>The organisation's name.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public string? Name { get; init; }

    /// <summary>The account it belongs to at whoever runs the platform; unique among tenants, whatever its case.</summary>
    /// <value>None by default.</value>
    [StringLength(200, MinimumLength = 1)]
    public string? MasterAccountName { get; init; }

    /// <summary>Its postal addresses.</summary>
    /// <value>None by default.</value>
    [MaxLength(20)]
    public IReadOnlyList<TenantAddress>? Addresses { get; init; }

    /// <summary>Whom to ask about technical matters.</summary>
    /// <value>Nobody by default.</value>
    public TechnicalUser? TechnicalUser { get; init; }

    /// <summary>Its IANA time zone.</summary>
    /// <value><c>Etc/UTC</c> by default.</value>
    [StringLength(64)]
    public string? TimeZone { get; init; }

    /// <summary>Its ISO 4217 currency.</summary>
    /// <value><c>USD</c> by default.</value>
    [StringLength(3)]
    public string? Currency { get; init; }

    /// <summary>Its BCP 47 locale.</summary>
    /// <value><c>en</c> by default.</value>
    [StringLength(35)]
    public string? Locale { get; init; }

    /// <summary>Whether it cannot be deleted until somebody has changed this.</summary>
    /// <value>As the installation has it (<c>Tenants__DeletionProtection</c>).</value>
    public bool? DeletionProtection { get; init; }
}

/// <summary>The first admin of a tenant.</summary>
/// <param name="Email">The person's e-mail address.</param>
/// <param name="Name">The person's name.</param>
public sealed record TenantAdminRequest(
    [property: Required, EmailAddress, StringLength(254)] string Email,
    [property: Required, StringLength(200, MinimumLength = 1)] string Name);

/// <summary>A tenant as the control plane shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">The organisation's name.</param>
/// <param name="ExternalIds">The ids that others know it by.</param>
/// <param name="Status">Where it is in its life: <c>pending</c>, <c>creating</c>, <c>active</c>, <c>suspended</c>, …</param>
/// <param name="PendingReason">What a product of an active tenant waits for, for example its owner's credentials. Where it is read as an account, the status is <c>pending</c> then.</param>
/// <param name="CloudType"><c>public</c> or <c>private</c>.</param>
/// <param name="ProvisioningStatus"><c>pending</c>, <c>creating</c>, <c>active</c>, <c>failed</c>, <c>deleting</c> or <c>absent</c>.</param>
/// <param name="ProvisioningError">Why its home could not be made, where that failed; for super-admins and its own admins.</param>
/// <param name="TableName">The database of its own, or <c>shared</c>.</param>
/// <param name="Placement">Where its rows live.</param>
/// <param name="Plan">The plan of its products.</param>
/// <param name="Products">The products it subscribes to.</param>
/// <param name="TimeZone">Its IANA time zone.</param>
/// <param name="Currency">Its ISO 4217 currency.</param>
/// <param name="Locale">Its BCP 47 locale.</param>
/// <param name="DeletionProtection">Whether it cannot be deleted until somebody has changed this.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Version">Counts its changes; also the entity tag.</param>
/// <param name="DeletedAt">When it was deleted; <see langword="null"/> where it is not.</param>
/// <param name="RetainedUntil">Until when it can be revived, where it is deleted.</param>
/// <param name="MasterAccountName">The account it belongs to at whoever runs the platform; for super-admins and its own admins, as the next two.</param>
/// <param name="Addresses">Its postal addresses.</param>
/// <param name="TechnicalUser">Whom to ask about technical matters.</param>
/// <param name="Admin">The first admin with the one-time link to give them; only in the answer that made the tenant.</param>
public sealed record TenantResponse(
    Guid Id,
    string Slug,
    string Name,
    IReadOnlyList<string> ExternalIds,
    string Status,
    string? PendingReason,
    string CloudType,
    string ProvisioningStatus,
    string? ProvisioningError,
    string TableName,
    PlacementResponse Placement,
    string Plan,
    IReadOnlyList<string> Products,
    string TimeZone,
    string Currency,
    string Locale,
    bool DeletionProtection,
    DateTimeOffset CreatedAt,
    long Version,
    DateTimeOffset? DeletedAt = null,
    DateTimeOffset? RetainedUntil = null,
    string? MasterAccountName = null,
    IReadOnlyList<TenantAddress>? Addresses = null,
    TechnicalUser? TechnicalUser = null,
    MemberResponse? Admin = null);

/// <summary>Where a tenant's rows live.</summary>
/// <param name="Kind"><c>shared</c> or <c>dedicated</c>.</param>
/// <param name="Store">The registered store.</param>
/// <param name="Database">The database in it.</param>
/// <param name="Generation">Counts the homes that the tenant has had.</param>
public sealed record PlacementResponse(string Kind, string Store, string Database, int Generation);

/// <summary>Subscribes a tenant to a product.</summary>
/// <param name="Product">The product's name.</param>
public sealed record SubscribeRequest([property: Required, StringLength(40)] string Product);

/// <summary>A product that tenants can subscribe to.</summary>
/// <param name="Name">Its name in addresses and subscriptions.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Permissions">What roles allow in it.</param>
public sealed record ProductResponse(string Name, string Title, IReadOnlyList<string> Permissions);
