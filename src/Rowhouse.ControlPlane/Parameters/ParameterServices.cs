using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.ControlPlane.Parameters;

internal static class ParameterServices
{
    /// <summary>Registers what reads, sets and watches parameters.</summary>
    public static void AddParameters(this IServiceCollection services)
    {
        services.AddSingleton<ParameterFeed>();
        services.AddSingleton<ParameterReader>();
        services.AddSingleton<WatchParameters>();
        services.AddScoped<StoreNames>();
        services.AddScoped<DefaultStores>();
        services.AddScoped<ChangeParameter>();
    }

    public static void MapParameters(this IEndpointRouteBuilder endpoints)
    {
        var parameters = endpoints.MapGroup("/api/parameters").WithTags("Parameters").WithoutTenant().RequireSuperAdmin();
        ListParameters.Map(parameters);
        WatchParameters.Map(parameters);
        SetParameter.Map(parameters);
        UnsetParameter.Map(parameters);
    }
}
