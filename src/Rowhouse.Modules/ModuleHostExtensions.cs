using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Idempotency.Store;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Modules;

/// <summary>A product that this host runs.</summary>
/// <param name="Info">What it is called and what it asks of roles.</param>
/// <param name="MapEndpoints">Maps its endpoints.</param>
/// <param name="MapPlatformEndpoints">Maps its endpoints for those who run the platform.</param>
public sealed record Module(ModuleInfo Info, Action<RouteGroupBuilder> MapEndpoints, Action<RouteGroupBuilder> MapPlatformEndpoints);

/// <summary>Puts products into a host.</summary>
public static class ModuleHostExtensions
{
    /// <summary>Adds a product. A second call for the same product changes nothing.</summary>
    /// <typeparam name="TModule">The product.</typeparam>
    /// <param name="builder">The application that is being built.</param>
    public static IHostApplicationBuilder AddModule<TModule>(this IHostApplicationBuilder builder)
        where TModule : IModule
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Any(service => service.ImplementationInstance is Module known && known.Info.Name == TModule.Info.Name))
        {
            return builder;
        }

        builder.Services.AddSingleton(new Module(TModule.Info, TModule.MapEndpoints, TModule.MapPlatformEndpoints));
        builder.Services.TryAddScoped<Caller>();
        builder.AddTenantDbContext<IdempotencyDb>();
        builder.Services.TryAddScoped(typeof(HomeIdempotencyStore<>));
        TModule.AddServices(builder);
        return builder;
    }

    /// <summary>Maps the endpoints of all products, each under <c>/api/{name}</c> and behind its subscription.</summary>
    /// <param name="endpoints">The application.</param>
    public static void MapModules(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        foreach (var module in endpoints.ServiceProvider.GetServices<Module>())
        {
            module.MapEndpoints(endpoints.MapGroup($"/api/{module.Info.Name}").WithTags(module.Info.Title).RequireProduct(module.Info.Name));
            module.MapPlatformEndpoints(endpoints.MapGroup($"/api/platform/{module.Info.Name}").WithTags(module.Info.Title).RequireSuperAdmin().WithoutTenant());
        }
    }
}
