namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>Forgets what consumers have seen, when that is so old that no event of then can come again.</summary>
internal sealed class OutboxForgetting(IEnumerable<OutboxSource> sources, OutboxOptions options, TimeProvider clock)
{
    private const int Batch = 1000;

    private readonly Hourly<Guid> done = new(clock);

    /// <summary>Forgets what is old of a lane's tenant, in its home and in the control database; once an hour, and no longer than a turn.</summary>
    public async Task ForgetAsync(OutboxLane lane, CancellationToken cancellationToken)
    {
        if (!done.IsDue(lane.Tenant))
        {
            return;
        }

        var began = clock.GetTimestamp();
        var bound = Guid.CreateVersion7(clock.GetUtcNow() - options.Memory);
        List<OutboxSession> sessions = [];
        try
        {
            foreach (var source in sources.Where(source => source.IsControl || lane.Tenant != Guid.Empty))
            {
                sessions.Add(await source.OpenAsync(lane, cancellationToken).ConfigureAwait(false));
            }

            // While an event that old waits anywhere, even set aside, nothing is forgotten: it could be tried again.
            foreach (var session in sessions)
            {
                if (await session.HasBelowAsync(bound, cancellationToken).ConfigureAwait(false))
                {
                    return;
                }
            }

            foreach (var session in sessions)
            {
                while (await session.ForgetAsync(bound, Batch, cancellationToken).ConfigureAwait(false) >= Batch)
                {
                    if (clock.GetElapsedTime(began) >= options.LongestTurn)
                    {
                        // Others have their turn; the rest goes with the tenant's next one.
                        done.Reset(lane.Tenant);
                        return;
                    }
                }
            }
        }
        finally
        {
            foreach (var session in sessions)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
