using System.Collections.Immutable;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Products;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>A tenant as the control plane keeps it.</summary>
internal sealed class RegisteredTenant
{
    /// <summary>States in which a tenant is there for nobody: it can be brought back at most.</summary>
    public static readonly TenantStatus[] Gone = [TenantStatus.Deleting, TenantStatus.Deleted, TenantStatus.Purged, TenantStatus.Erased];

    public required TenantId Id { get; init; }

    public required Slug Slug { get; init; }

    public string Name { get; private set; } = "";

    /// <summary>The name in lower case: what is searched and sorted by.</summary>
    public string NameKey { get; private set; } = "";

    public string? MasterAccountName { get; private set; }

    /// <summary>The name in lower case: unique while the tenant can come back.</summary>
    public string? MasterAccountKey { get; private set; }

    public IReadOnlyList<TenantAddress> Addresses { get; private set; } = [];

    public string? TechnicalUserName { get; private set; }

    public string? TechnicalUserEmail { get; private set; }

    public TenantStatus Status { get; private set; } = TenantStatus.Active;

    /// <summary>Whether it cannot be deleted until somebody has changed this.</summary>
    public bool DeletionProtection { get; private set; }

    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>Until when a deleted tenant can be revived.</summary>
    public DateTimeOffset? RetainedUntil { get; private set; }

    /// <summary>What a deleted tenant becomes when it is revived: what it was. None once it is being removed.</summary>
    public TenantStatus? RevivedAs { get; private set; }

    /// <summary>Why its home could not be made, for people.</summary>
    public string? ProvisioningError { get; private set; }

    public PlacementKind PlacementKind { get; init; } = PlacementKind.Shared;

    public string Store { get; init; } = Placement.SharedStore;

    public required string Database { get; init; }

    public int Generation { get; init; } = 1;

    /// <summary>The plan of its products, by name.</summary>
    public required string Plan { get; init; }

    public string TimeZone { get; private set; } = "";

    public string Currency { get; private set; } = "";

    public string Locale { get; private set; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Written by changes of members that must wait for each other.</summary>
    public required DateTimeOffset MembersChangedAt { get; init; }

    public long Version { get; private set; } = 1;

    /// <summary>How often the tenant's settings have changed.</summary>
    public long SettingsVersion { get; init; }

    public List<TenantIdentifier> Identifiers { get; init; } = [];

    public List<Subscription> Subscriptions { get; init; } = [];

    /// <summary>What has become of each product that it has ever subscribed to.</summary>
    public List<TenantProduct> Products { get; init; } = [];

    /// <summary>Whether its home is there.</summary>
    public bool IsHoused => Status is TenantStatus.Active or TenantStatus.Suspended or TenantStatus.Moving;

    public bool IsGone => Gone.Contains(Status);

    public IReadOnlyList<TenantStatus> CanBecome => TenantLife.Following(Status);

    public bool TryBecome(TenantStatus status)
    {
        if (!CanBecome.Contains(status))
        {
            return false;
        }

        Status = status;
        ProvisioningError = null;
        Touch();
        return true;
    }

    /// <summary>Waits for its home, from its first moment on.</summary>
    public void AwaitHome() => Status = TenantStatus.Creating;

    /// <summary>Is without a home, for a reason; a later one takes the place of the first.</summary>
    public bool TryFail(string reason)
    {
        if (Status is not TenantStatus.Failed && !TryBecome(TenantStatus.Failed))
        {
            return false;
        }

        if (ProvisioningError != reason)
        {
            ProvisioningError = reason;
            Touch();
        }

        return true;
    }

    /// <summary>Closes it for good, unless it is revived while its retention lasts.</summary>
    /// <returns>Whether it can be deleted from the state in which it is.</returns>
    public bool TryDelete(DateTimeOffset now, TimeSpan retention)
    {
        var before = Status;
        if (before is not (TenantStatus.Active or TenantStatus.Suspended) || !TryBecome(TenantStatus.Deleting) || !TryBecome(TenantStatus.Deleted))
        {
            return false;
        }

        DeletedAt = now;
        RetainedUntil = now + retention;
        RevivedAs = before;
        return true;
    }

    /// <summary>Closes one that never had a home: there is nothing that could be revived.</summary>
    /// <returns>Whether its home could not be made.</returns>
    public bool TryAbandon(DateTimeOffset now)
    {
        if (Status is not TenantStatus.Failed || !TryBecome(TenantStatus.Deleting) || !TryBecome(TenantStatus.Deleted))
        {
            return false;
        }

        DeletedAt = now;
        RetainedUntil = now;
        return true;
    }

    /// <summary>Opens it again as it was.</summary>
    /// <returns>Whether it was deleted and its retention has not ended.</returns>
    public bool TryRevive(DateTimeOffset now)
    {
        if (RevivedAs is not { } before || now >= RetainedUntil || !TryBecome(before))
        {
            return false;
        }

        DeletedAt = null;
        RetainedUntil = null;
        RevivedAs = null;
        return true;
    }

    /// <summary>Gives up that it can be revived: from then on it is being removed.</summary>
    /// <returns>Whether it was deleted, its retention has ended, and nobody has done this before.</returns>
    public bool TryEndRetention(DateTimeOffset now)
    {
        if (Status is not TenantStatus.Deleted || RevivedAs is null || now < RetainedUntil)
        {
            return false;
        }

        RevivedAs = null;
        Touch();
        return true;
    }

    /// <summary>Leaves nothing of it but its id, its slug and when it was there. All names that lead to it are others' to take.</summary>
    /// <returns>Whether it was being removed.</returns>
    public bool TryPurge()
    {
        if (RevivedAs is not null || !TryBecome(TenantStatus.Purged))
        {
            return false;
        }

        Name = Slug.Value;
        NameKey = Slug.Value;
        MasterAccountName = null;
        MasterAccountKey = null;
        Addresses = [];
        TechnicalUserName = null;
        TechnicalUserEmail = null;
        Subscriptions.Clear();
        Identifiers.RemoveAll(identifier => identifier.Origin is not IdentifierOrigin.Id);
        return true;
    }

    /// <summary>Takes in what can be changed of it.</summary>
    public void Describe(TenantFacts facts)
    {
        Name = facts.Name;
        NameKey = facts.Name.ToLowerInvariant();
        MasterAccountName = facts.Account.MasterAccountName;
        MasterAccountKey = facts.Account.MasterAccountKey;
        Addresses = facts.Account.Addresses;
        TechnicalUserName = facts.Account.TechnicalUser?.Name;
        TechnicalUserEmail = facts.Account.TechnicalUser?.Email;
        TimeZone = facts.TimeZone;
        Currency = facts.Currency;
        Locale = facts.Locale;
        DeletionProtection = facts.DeletionProtection;
    }

    /// <summary>What can be changed of it, as requests write it.</summary>
    public ChangeTenantRequest ToRequest() => new()
    {
        Name = Name,
        MasterAccountName = MasterAccountName,
        Addresses = Addresses,
        TechnicalUser = TechnicalUser,
        TimeZone = TimeZone,
        Currency = Currency,
        Locale = Locale,
        DeletionProtection = DeletionProtection,
    };

    public bool Subscribe(string product, DateTimeOffset now)
    {
        if (Subscriptions.Any(subscription => subscription.Product == product))
        {
            return false;
        }

        Subscriptions.Add(new() { TenantId = Id, Product = product, Since = now });
        Touch();
        return true;
    }

    public bool Unsubscribe(string product)
    {
        if (Subscriptions.RemoveAll(subscription => subscription.Product == product) == 0)
        {
            return false;
        }

        Products.RemoveAll(known => known is { OperationId: null, State: ProductState.Provisioning } && known.Product == product);
        Touch();
        return true;
    }

    /// <summary>Lets a host lead to the tenant.</summary>
    public void AddHost(string host)
    {
        if (!Identifiers.Exists(identifier => identifier.IsHost(host)))
        {
            Identifiers.Add(new() { Kind = IdentifierKind.Host, Value = host, TenantId = Id, Origin = IdentifierOrigin.Given });
            Touch();
        }
    }

    /// <summary>Lets a host lead to the tenant no more.</summary>
    public void RemoveHost(string host)
    {
        if (Identifiers.RemoveAll(identifier => identifier.IsHost(host)) > 0)
        {
            Touch();
        }
    }

    public CatalogueEntry ToEntry() => new(
        new Tenant
        {
            Id = Id,
            Slug = Slug,
            Name = Name,
            Status = Status,
            Placement = new(PlacementKind, Store, Database, Generation),
            Products = Subscriptions.Select(subscription => subscription.Product).ToImmutableSortedSet(StringComparer.Ordinal),
            TimeZone = TimeZone,
            Currency = Currency,
            Locale = Locale,
            SettingsVersion = SettingsVersion,
            Version = Version,
        },
        [.. Identifiers.Where(identifier => identifier.IsGiven).Select(identifier => new Identifier(identifier.Kind, identifier.Value))]);

    /// <summary>Counts a change.</summary>
    public void Touch() => Version++;

    public TechnicalUser? TechnicalUser => TechnicalUserName is null || TechnicalUserEmail is null ? null : new() { Name = TechnicalUserName, Email = TechnicalUserEmail };
}
