using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Contracts;

/// <summary>A server of dedicated homes to add.</summary>
public sealed record AddStoreRequest
{
    /// <summary>What the store is called: lower-case letters, digits and dashes.</summary>
    [Required, StringLength(40)]
    public string Name { get; init; } = "";

    /// <summary>Where it is, in words of whoever runs the platform: new tenants may ask for it.</summary>
    /// <value>None by default.</value>
    [StringLength(40)]
    public string? Region { get; init; }

    /// <summary>How many tenants it takes.</summary>
    /// <value>As many as come by default.</value>
    [Range(1, 100_000)]
    public int? Capacity { get; init; }

    /// <summary>Whether new tenants are placed there.</summary>
    /// <value>They are by default.</value>
    public bool? Open { get; init; }

    /// <summary>How its server is reached. Kept sealed, and never shown.</summary>
    [Required]
    public StoreConnectionsRequest? Connections { get; init; }
}

/// <summary>How the server of a store is reached, never through a pooler, by connection strings with passwords.</summary>
public sealed record StoreConnectionsRequest
{
    /// <summary>As the platform's role.</summary>
    public string? Platform { get; init; }

    /// <summary>As the provisioner's role, which makes and removes homes.</summary>
    public string? Provisioner { get; init; }

    /// <summary>As the owner's role, which makes and migrates their schema.</summary>
    public string? Owner { get; init; }

    /// <summary>As the mover's role, which may connect to homes so that tenants can be moved. It is asked who it is, and not used yet.</summary>
    public string? Mover { get; init; }

    /// <summary>Names the type only: a password has no business in a log.</summary>
    public override string ToString() => nameof(StoreConnectionsRequest);
}

/// <summary>What can be changed of a store.</summary>
public sealed record ChangeStoreRequest
{
    /// <summary>Where it is.</summary>
    /// <value>None by default.</value>
    [StringLength(40)]
    public string? Region { get; init; }

    /// <summary>How many tenants it takes; those that are there stay.</summary>
    /// <value>As many as come by default.</value>
    [Range(1, 100_000)]
    public int? Capacity { get; init; }

    /// <summary>Whether new tenants are placed there.</summary>
    /// <value>They are by default.</value>
    public bool? Open { get; init; }

    /// <summary>How its server is reached from now on; the same databases are there.</summary>
    /// <value>As before by default.</value>
    public StoreConnectionsRequest? Connections { get; init; }
}

/// <summary>A store that can hold tenants.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Kind"><c>shared</c>: tenants live among others; <c>dedicated</c>: each in a database of its own.</param>
/// <param name="Address">Hosts and port of its server; <see langword="null"/> where the installation's settings say it.</param>
/// <param name="OfInstallation">Whether every installation has it, on the server that the settings name.</param>
/// <param name="Region">Where it is.</param>
/// <param name="Capacity">How many tenants it takes; <see langword="null"/> for as many as come.</param>
/// <param name="Open">Whether new tenants are placed there.</param>
/// <param name="Tenants">How many live there, deleted ones that are still kept too.</param>
/// <param name="PooledHomes">How many homes are ready there for tenants to come.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="Version">Counts its changes; also the entity tag.</param>
public sealed record StoreResponse(
    string Name, string Kind, string? Address, bool OfInstallation, string? Region, int? Capacity, bool Open, long Tenants, long PooledHomes, DateTimeOffset CreatedAt, long Version);
