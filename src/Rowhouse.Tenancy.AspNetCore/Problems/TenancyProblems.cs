using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Problems;

/// <summary>The kernel's own answers to a request whose tenant is not there, not clear or not open.</summary>
public static class TenancyProblems
{
    /// <summary>The endpoint needs a tenant and the request names none.</summary>
    public static readonly ProblemType NoTenant = new("urn:rowhouse:tenancy:no-tenant", StatusCodes.Status400BadRequest, "No tenant is named");

    /// <summary>The request's identifiers lead to different tenants, or one leads nowhere.</summary>
    public static readonly ProblemType Conflicting = new("urn:rowhouse:tenancy:conflicting-tenants", StatusCodes.Status400BadRequest, "The request's identifiers disagree");

    /// <summary>The caller's credential is bound to a tenant, and another identifier of the request leads elsewhere or nowhere.</summary>
    public static readonly ProblemType BoundCredential = new("urn:rowhouse:tenancy:bound-credential", StatusCodes.Status403Forbidden, "The credential belongs to one tenant");

    /// <summary>There is no such tenant, or the caller may not know of it: the same answer for both.</summary>
    public static readonly ProblemType Unknown = new("urn:rowhouse:tenancy:unknown-tenant", StatusCodes.Status404NotFound, "There is no such tenant");

    /// <summary>The tenant was deleted.</summary>
    public static readonly ProblemType Deleted = new("urn:rowhouse:tenancy:deleted", StatusCodes.Status410Gone, "The tenant was deleted");

    /// <summary>The tenant is suspended.</summary>
    public static readonly ProblemType Suspended = new("urn:rowhouse:tenancy:suspended", StatusCodes.Status423Locked, "The tenant is suspended");

    /// <summary>The tenant's home is not ready.</summary>
    public static readonly ProblemType Provisioning = new("urn:rowhouse:tenancy:provisioning", StatusCodes.Status503ServiceUnavailable, "The tenant is being set up");

    /// <summary>The tenant's home does not take writes.</summary>
    public static readonly ProblemType Moving = new("urn:rowhouse:tenancy:moving", StatusCodes.Status503ServiceUnavailable, "The tenant is being moved");

    /// <summary>The catalogue of tenants is out of reach, and the tenant is not one that this node knows.</summary>
    public static readonly ProblemType CatalogueUnreachable = new("urn:rowhouse:tenancy:catalogue-unreachable", StatusCodes.Status503ServiceUnavailable, "Tenants cannot be looked up now");
}
