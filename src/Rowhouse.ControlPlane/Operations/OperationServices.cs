using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Rowhouse.ControlPlane.Operations;

internal static class OperationServices
{
    /// <summary>Registers what works on operations; kinds are registered as <see cref="OperationKind"/>.</summary>
    public static void AddOperations(this IServiceCollection services)
    {
        services.TryAddSingleton<OperationOptions>();
        services.AddSingleton<OperationKinds>();
        services.AddSingleton<OperationSignal>();
        services.AddSingleton<OperationStops>();
        services.AddSingleton<OperationJournal>();
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<FollowOperation>();
        services.AddScoped<OperationStarter>();
        services.AddScoped<OperationRetry>();
        services.AddHostedService<OperationWorker>();
    }
}
