using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.Modules;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>What a tenant can subscribe to here.</summary>
internal static class ListProducts
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/products", (IEnumerable<Module> modules) => TypedResults.Ok(
                modules.Select(module => new ProductResponse(module.Info.Name, module.Info.Title, [.. module.Info.Permissions.Select(permission => permission.Name)])).ToList()))
            .WithoutTenant()
            .WithName(nameof(ListProducts))
            .WithSummary("The products that tenants can subscribe to on this installation.");
}
