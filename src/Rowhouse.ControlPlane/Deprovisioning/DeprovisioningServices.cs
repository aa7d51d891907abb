using Microsoft.Extensions.DependencyInjection;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.Tenancy.Keys;

namespace Rowhouse.ControlPlane.Deprovisioning;

internal static class DeprovisioningServices
{
    /// <summary>Registers what removes tenants whose retention has ended.</summary>
    public static void AddDeprovisioning(this IServiceCollection services)
    {
        services.AddSingleton<OperationKind, Deprovision>();
        services.AddSingleton(provider => (TenantKeys)provider.GetRequiredService<ITenantKeys>()); // the control plane's own
        services.AddHostedService<EndOfRetention>();
    }
}
