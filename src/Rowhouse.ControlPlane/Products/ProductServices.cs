using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Provisioning;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.ControlPlane.Products;

internal static class ProductServices
{
    /// <summary>Registers what sets products up for their tenants, and hears of their changes.</summary>
    public static void AddProducts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OperationKind, ProvisionProduct>();
        builder.Services.AddSingleton<ProductProvisioners>();
        builder.Services.AddSingleton<TenantProducts>();
        builder.Services.AddScoped<RetryProduct>();
        builder.AddEvent<ProductChanged>(ProductChanged.Kind).AddControlEventHandler<ProductChanged, ProductChanges, PlatformDbContext>(ProductChanges.Name);
    }
}
