using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Modules.Access;

/// <summary>
/// What an endpoint says of its callers has to make sense as a whole: admission would judge a part of a contradiction and
/// pass over the rest.
/// </summary>
public static class AccessRules
{
    /// <summary>Checks every endpoint that is mapped so far.</summary>
    /// <param name="endpoints">The application.</param>
    /// <exception cref="InvalidOperationException">An endpoint contradicts itself or says too little.</exception>
    public static void CheckAccess(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var wrong = endpoints.DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => (endpoint.DisplayName, Fault: FaultOf(endpoint)))
            .Where(found => found.Fault is not null)
            .Select(found => $"{found.DisplayName} {found.Fault}.")
            .ToList();
        if (wrong.Count > 0)
        {
            throw new InvalidOperationException($"Endpoints say contradictory things of who may call them, or too little: {string.Join(' ', wrong)}");
        }
    }

    private static string? FaultOf(Endpoint endpoint)
    {
        var metadata = endpoint.Metadata;
        var inTenant = metadata.GetMetadata<TenantMetadata>() is not { Required: false };
        var superAdmin = metadata.GetMetadata<SuperAdminMetadata>() is not null;
        var permission = metadata.GetMetadata<PermissionMetadata>() is not null;
        var asksForTenant = permission || metadata.GetMetadata<ProductMetadata>() is not null;
        return metadata.GetMetadata<IAllowAnonymous>() is not null && (inTenant || superAdmin || asksForTenant) ? "needs nobody signed in and asks for more: AllowAnonymous() goes with WithoutTenant() alone"
            : superAdmin && inTenant ? "is for super-admins and in a tenant: RequireSuperAdmin() goes with WithoutTenant()"
            : asksForTenant && !inTenant ? "belongs to no tenant and asks for a permission or a product, which only a tenant gives"
            : inTenant && !permission ? "is in a tenant and names no permission: RequirePermission() says who may call it"
            : null;
    }
}
