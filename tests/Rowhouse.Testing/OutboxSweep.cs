using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.Testing;

/// <summary>What a node asks when it looks over all databases for events that wait.</summary>
public static class OutboxSweep
{
    /// <summary>Asks whose events wait in homes, some at a time.</summary>
    /// <param name="services">The node.</param>
    /// <param name="after">The last tenant of the answer before; zeros at first.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IReadOnlyList<Guid>> FindInHomesAsync(IServiceProvider services, Guid after, int most, CancellationToken cancellationToken) =>
        services.GetServices<OutboxSource>().Single(source => !source.IsControl).FindAsync(after, most, cancellationToken);

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
