using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.Testing;

/// <summary>What a node asks when it looks over all databases for events that wait.</summary>
public static class OutboxSweep
{
    /// <summary>Asks it, and leaves what is found alone.</summary>
    /// <param name="services">The node.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task RunAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        foreach (var source in services.GetServices<OutboxSource>())
        {
            await source.FindAsync(Guid.Empty, 1000, cancellationToken);
        }
    }
}
