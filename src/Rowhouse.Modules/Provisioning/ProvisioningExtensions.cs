using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.Modules.Provisioning;

/// <summary>A product that this host sets up for its tenants, by the <see cref="IProductProvisioner"/> whose key its name is.</summary>
/// <param name="Name">The product's name.</param>
public sealed record ProvisionedProduct(string Name);

/// <summary>Lets products be set up for their tenants.</summary>
public static class ProvisioningExtensions
{
    /// <summary>Sets a product up for each tenant that subscribes to it. Without one a product is ready at once.</summary>
    /// <typeparam name="TModule">The product.</typeparam>
    /// <typeparam name="TProvisioner">Sets it up; made in the tenant's scope.</typeparam>
    /// <param name="builder">The application that is being built.</param>
    public static IHostApplicationBuilder AddProvisioner<TModule, TProvisioner>(this IHostApplicationBuilder builder)
        where TModule : IModule
        where TProvisioner : class, IProductProvisioner
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddEvent<ProductChanged>(ProductChanged.Kind);
        builder.Services.TryAddKeyedScoped<IProductProvisioner, TProvisioner>(TModule.Info.Name);
        builder.Services.AddSingleton(new ProvisionedProduct(TModule.Info.Name));
        return builder;
    }

    /// <summary>
    /// Says that something has changed on which it depends whether the product is ready for the tenant: its owner has given credentials, changed or revoked them.
    /// Once what the context saves next has committed, the product's <see cref="IProductProvisioner"/> is asked again, where it was ready as well; also where it is being
    /// asked just then. A provisioner does not say this of what it does itself, else it would be asked for ever.
    /// </summary>
    /// <typeparam name="TModule">The product.</typeparam>
    /// <param name="context">The context that writes what has changed.</param>
    public static void PublishChanged<TModule>(this TenantDbContext context)
        where TModule : IModule => context.Publish(new ProductChanged(TModule.Info.Name));
}
