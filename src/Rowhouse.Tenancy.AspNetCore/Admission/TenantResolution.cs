namespace Rowhouse.Tenancy.AspNetCore.Admission;

/// <summary>Where a request's identifiers lead.</summary>
public enum TenantResolutionOutcome
{
    /// <summary>The request names no tenant.</summary>
    None = 0,

    /// <summary>All identifiers lead to one tenant.</summary>
    Found,

    /// <summary>The only identifier leads nowhere.</summary>
    Unknown,

    /// <summary>Two identifiers lead to different tenants, or one of several leads nowhere.</summary>
    Conflicting,

    /// <summary>Where an identifier leads, or what became of the tenant, is not known: the catalogue is out of reach.</summary>
    Unreachable,
}

/// <summary>Where a request's identifiers lead; what <see cref="ITenantAdmission"/> judges.</summary>
/// <param name="Outcome">In a word.</param>
/// <param name="Tenant">The tenant, where one was found.</param>
/// <param name="Required">Whether the endpoint needs a tenant.</param>
public readonly record struct TenantResolution(TenantResolutionOutcome Outcome, Tenant? Tenant, bool Required)
{
    /// <summary>
    /// Whether the request named the tenant in different words, such as its slug in the path and its id in a header. To somebody
    /// who may not know of the tenant that is a disagreement like any other, else a guessed pair could be confirmed.
    /// </summary>
    /// <value><see langword="false"/> by default.</value>
    public bool SpelledDifferently { get; init; }

    /// <summary>Whether one of the identifiers is what the caller's credential is bound to. A disagreement is then an attempt to go beyond it.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool ByCredential { get; init; }

    /// <summary>
    /// Whether the directory hears from its catalogue. Without contact nobody can say that a tenant does not exist, so whoever may not know of one
    /// that does is told the same: that it cannot be looked up.
    /// </summary>
    /// <value><see cref="DirectoryContact.Connected"/> by default.</value>
    public DirectoryContact Contact { get; init; }
}
