using System.Net;

namespace Rowhouse.ControlPlane;

/// <summary>What the control plane has to know of its installation.</summary>
public sealed class ControlPlaneOptions
{
    /// <summary>Where the first password is kept until it is changed.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The file with the platform's keys, which several servers share.</summary>
    /// <value>None by default: then it is <c>platform-key</c> in the data folder.</value>
    public string? PlatformKeyFile { get; init; }

    /// <summary>Whether the console is served over https: decides the session cookie's name and its Secure attribute.</summary>
    public required bool SecureCookies { get; init; }

    /// <summary>The first super-admin's address.</summary>
    public required string AdminEmail { get; init; }

    /// <summary>The first super-admin's password.</summary>
    /// <value>None by default: one is made and kept in the data folder until it is changed.</value>
    public string? AdminPassword { get; init; }

    /// <summary>The products of a tenant that is made without naming any.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<string> DefaultProducts { get; init; } = [];

    /// <summary>Whether tenants are protected from deletion that are made without saying whether they are.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool DeletionProtection { get; init; }

    /// <summary>For how long a tenant can be revived that is deleted now.</summary>
    /// <value>30 days by default.</value>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How many dedicated homes are kept ready in each open store, so that a private tenant need not wait for one to be made. All servers have the same number.</summary>
    /// <value>0 by default: none.</value>
    public int PooledHomes { get; init; }

    /// <summary>Slugs that nobody may take, besides those that never can be taken.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<string> ReservedSlugs { get; init; } = [];

    /// <summary>The host that the server itself is reached at, which no tenant can have, nor any below it; an IP address keeps nothing from anybody.</summary>
    /// <value>None by default: then it is the hosts that name tenants alone.</value>
    public string? OwnHost { get; init; }

    /// <summary>The name servers that are asked for proofs of domains.</summary>
    /// <value>None by default: then those of the system.</value>
    public IReadOnlyList<IPEndPoint> NameServers { get; init; } = [];

    /// <summary>How many sign-ins, links and changes of password one network may send at once, before it has one a second.</summary>
    /// <value>100 by default: an office that starts its day behind one address.</value>
    public int SignInBurst { get; init; } = 100;

    /// <summary>Whether demo tenants are kept.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool Demo { get; init; }
}
