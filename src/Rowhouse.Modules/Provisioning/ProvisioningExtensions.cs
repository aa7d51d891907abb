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
        builder.AddEvent<ProductReady>(ProductReady.Kind);
        builder.Services.TryAddKeyedScoped<IProductProvisioner, TProvisioner>(TModule.Info.Name);
        builder.Services.AddSingleton(new ProvisionedProduct(TModule.Info.Name));
        return builder;
    }

    /// <summary>
    /// Says that the product waits for nothing any more: the tenant's owner has given the credentials. It is known to be ready once what the context
    /// saves next has committed. Where it was ready, nothing changes.
    /// </summary>
    /// <typeparam name="TModule">The product.</typeparam>
    /// <param name="context">The context that writes what was given.</param>
    public static void PublishReady<TModule>(this TenantDbContext context)
        where TModule : IModule => context.Publish(new ProductReady(TModule.Info.Name));
}
