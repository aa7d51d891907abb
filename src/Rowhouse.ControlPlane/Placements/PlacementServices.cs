using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.ControlPlane.Placements;

internal static class PlacementServices
{
    /// <summary>Registers what knows stores and places tenants there.</summary>
    public static void AddPlacements(this IServiceCollection services)
    {
        services.AddSingleton<StoreRegistry>();
        services.AddScoped<PlacementPolicy>();
        services.AddScoped<StoreServer>();
        services.AddScoped<AddStore>();
        services.AddScoped<ChangeStore>();
        services.AddScoped<RemoveStore>();
    }

    /// <summary>Maps the endpoints of stores.</summary>
    public static void MapStores(this IEndpointRouteBuilder endpoints)
    {
        var stores = endpoints.MapGroup("/api/stores").WithTags("Stores").WithoutTenant().RequireSuperAdmin();
        ListStores.Map(stores);
        AddStore.Map(stores);
        ChangeStore.Map(stores);
        RemoveStore.Map(stores);
    }
}
