using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Rowhouse.Modules.Access;

namespace Rowhouse.Modules;

/// <summary>A product: what a host needs to run it. Modules never reference each other.</summary>
public interface IModule
{
    /// <summary>What the product is called and what it asks of roles.</summary>
    static abstract ModuleInfo Info { get; }

    /// <summary>Registers what the product's endpoints need.</summary>
    /// <param name="builder">The application that is being built.</param>
    static abstract void AddServices(IHostApplicationBuilder builder);

    /// <summary>Maps the product's endpoints.</summary>
    /// <param name="api">The group <c>/api/{name}</c>, which needs a tenant that subscribes to the product.</param>
    static abstract void MapEndpoints(RouteGroupBuilder api);

    /// <summary>Maps what the product offers to those who run the platform. Nothing by default.</summary>
    /// <param name="platform">The group <c>/api/platform/{name}</c>, for super-admins, without a tenant.</param>
    static virtual void MapPlatformEndpoints(RouteGroupBuilder platform)
    {
    }
}

/// <summary>What a product is called and what it asks of roles.</summary>
/// <param name="Name">Its name in addresses, permissions, subscriptions and its schema, for example <c>cardvault</c>.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Permissions">What its endpoints ask for.</param>
public sealed record ModuleInfo(string Name, string Title, IReadOnlyList<Permission> Permissions);
