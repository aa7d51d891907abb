using Microsoft.EntityFrameworkCore;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>The outbox of an application, for whoever operates it. Safe for concurrent use.</summary>
public sealed class EventOutbox
{
    private readonly OutboxQueue queue;
    private readonly Func<ITenantScopes> tenants;
    private readonly Func<IEnumerable<OutboxSource>> sources;
    private readonly TimeProvider clock;

    // Tenants and databases are asked for when they are wanted: the catalogue that they come from may itself publish here.
    internal EventOutbox(OutboxPublisher publisher, OutboxQueue queue, Func<ITenantScopes> tenants, Func<IEnumerable<OutboxSource>> sources, TimeProvider clock)
    {
        Publisher = publisher;
        this.queue = queue;
        this.tenants = tenants;
        this.sources = sources;
        this.clock = clock;
    }

    internal OutboxPublisher Publisher { get; }

    private ControlSource Control => sources().OfType<ControlSource>().FirstOrDefault() ?? throw new InvalidOperationException("The application has no outbox in a control database. Call AddControlOutbox.");

    /// <summary>
    /// Reads of the events that wait or were set aside, in all tenants' homes and in the control database. What an event says is not among it: of homes the platform's
    /// role sees the other columns alone.
    /// </summary>
    /// <param name="query">Which events, in what order, and how many at most. It is asked of each database for itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What each database answered, one after the other.</returns>
    public async Task<IReadOnlyList<OutboxEntry>> ReadAsync(Func<IQueryable<OutboxEntry>, IQueryable<OutboxEntry>> query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        List<OutboxEntry> found = [];
        foreach (var source in sources())
        {
            found.AddRange((await source.AskAsync(entries => query(entries).ToListAsync(cancellationToken), cancellationToken).ConfigureAwait(false)).SelectMany(entries => entries));
        }

        return found;
    }

    /// <summary>Counts events as <see cref="ReadAsync"/> reads them.</summary>
    /// <param name="query">Which events. Where it takes a number of them at most, counting is as quick however many there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The sum over the databases.</returns>
    public async Task<long> CountAsync(Func<IQueryable<OutboxEntry>, IQueryable<OutboxEntry>> query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var sum = 0L;
        foreach (var source in sources())
        {
            sum += (await source.AskAsync(entries => query(entries).LongCountAsync(cancellationToken), cancellationToken).ConfigureAwait(false)).Sum();
        }

        return sum;
    }

    /// <summary>Lets an event in a tenant's home that was set aside be tried again, now and as often as a new one. It comes before the tenant's later ones again, which wait for it while it fails.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The event's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there is such an event that was set aside.</returns>
    /// <exception cref="TenantUnavailableException">The tenant is not active.</exception>
    public async Task<bool> RetryAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default)
    {
        var scope = await tenants().EnterAsync(tenant, cancellationToken).ConfigureAwait(false);
        await using var dispose = scope.ConfigureAwait(false);
        var found = await scope.Get<OutboxDb>().Events.RetryAsync(id, clock.GetUtcNow(), cancellationToken).ConfigureAwait(false) > 0;
        queue.Wake(new(IsControl: false, tenant.Value), evenIfPausing: true);
        return found;
    }

    /// <summary>Deletes an event in a tenant's home that was set aside. Its handlers never learn of it.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The event's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there was such an event that was set aside.</returns>
    /// <exception cref="TenantUnavailableException">The tenant is not active.</exception>
    public async Task<bool> DropAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default)
    {
        var scope = await tenants().EnterAsync(tenant, cancellationToken).ConfigureAwait(false);
        await using var dispose = scope.ConfigureAwait(false);
        return await scope.Get<OutboxDb>().Events.DropAsync(id, cancellationToken).ConfigureAwait(false) > 0;
    }

    /// <summary>Lets an event in the control database that was set aside be tried again, as one in a tenant's home.</summary>
    /// <param name="id">The event's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there is such an event that was set aside.</returns>
    /// <exception cref="InvalidOperationException">The application has no outbox in a control database.</exception>
    public async Task<bool> RetryControlAsync(Guid id, CancellationToken cancellationToken = default)
    {
        if (await Control.RetryAsync(id, clock.GetUtcNow(), cancellationToken).ConfigureAwait(false) is not { } lane)
        {
            return false;
        }

        queue.Wake(lane, evenIfPausing: true);
        return true;
    }

    /// <summary>Deletes an event in the control database that was set aside. Its handlers never learn of it.</summary>
    /// <param name="id">The event's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there was such an event that was set aside.</returns>
    /// <exception cref="InvalidOperationException">The application has no outbox in a control database.</exception>
    public Task<bool> DropControlAsync(Guid id, CancellationToken cancellationToken = default) => Control.DropAsync(id, cancellationToken);
}
