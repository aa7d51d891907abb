using System.Collections.Immutable;

namespace Rowhouse.Tenancy;

/// <summary>A customer organisation, as every node knows it. Immutable: a change is a new value with a higher <see cref="Version"/>.</summary>
public sealed record Tenant
{
    /// <summary>The tenant's id.</summary>
    public required TenantId Id { get; init; }

    /// <summary>Its name in addresses.</summary>
    public required Slug Slug { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required TenantStatus Status { get; init; }

    /// <summary>Whether its requests and jobs are served. While it moves they are.</summary>
    public bool IsServed => Status is TenantStatus.Active or TenantStatus.Moving;

    /// <summary>Whether nothing is left of it but that it was there: no identifier leads to it any more, and others may have them.</summary>
    internal bool IsPurged => Status is TenantStatus.Purged or TenantStatus.Erased;

    /// <summary>Where its rows live.</summary>
    public required Placement Placement { get; init; }

    /// <summary>The names of the products it subscribes to.</summary>
    /// <value>Empty by default.</value>
    public ImmutableSortedSet<string> Products { get; init; } = [];

    /// <summary>Its IANA time zone, in which its days end.</summary>
    /// <value><c>Etc/UTC</c> by default.</value>
    public string TimeZone { get; init; } = "Etc/UTC";

    /// <summary>Its ISO 4217 currency.</summary>
    /// <value><c>USD</c> by default.</value>
    public string Currency { get; init; } = "USD";

    /// <summary>Its BCP 47 locale.</summary>
    /// <value><c>en</c> by default.</value>
    public string Locale { get; init; } = "en";

    /// <summary>Counts the changes of the tenant's settings, so that what was kept before the last one is not used.</summary>
    /// <value>0 by default, and always where no control plane counts them.</value>
    public long SettingsVersion { get; init; }

    /// <summary>Counts the changes of this tenant; a directory never replaces a value by an older one.</summary>
    public long Version { get; init; }
}
