using Microsoft.Extensions.DependencyInjection;
using Rowhouse.ControlPlane.Homes.Pool;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Homes;

internal static class HomeServices
{
    /// <summary>Registers what makes dedicated homes and knows them.</summary>
    public static void AddHomes(this IServiceCollection services)
    {
        services.AddSingleton<OperationKind, Provision>();
        services.AddSingleton<HomePlan>();
        services.AddSingleton<HomePool>();
        services.AddSingleton<HomePoolSignal>();
        services.AddSingleton<PooledHomeMaker>();
        services.AddHostedService<HomePoolWorker>();
        services.AddSingleton<HomeServers>();
        services.AddSingleton<DedicatedHomes>();
        services.AddSingleton<IDedicatedHomes>(provider => provider.GetRequiredService<DedicatedHomes>());
    }
}
