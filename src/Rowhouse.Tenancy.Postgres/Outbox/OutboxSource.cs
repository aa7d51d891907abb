using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres.Binding;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>A database in which events lie until they are delivered.</summary>
internal abstract class OutboxSource
{
    /// <summary>Whether this is the control database.</summary>
    public abstract bool IsControl { get; }

    /// <summary>Whose events wait, some at a time.</summary>
    /// <param name="after">The last one of the answer before; zeros at first.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public abstract Task<IReadOnlyList<Guid>> FindAsync(Guid after, int most, CancellationToken cancellationToken);

    /// <summary>Opens what the events of a lane are read and deleted by.</summary>
    public abstract Task<OutboxSession> OpenAsync(OutboxLane lane, CancellationToken cancellationToken);
}

/// <summary>The events of one lane, in a scope of its own.</summary>
internal abstract class OutboxSession(DbContext context) : IAsyncDisposable
{
    public DbContext Context { get; } = context;

    /// <summary>
    /// Takes the lane for the current transaction, and with it its first events, in order. A lock that ends with the transaction, so that it also holds behind a
    /// pooler and ends with its node.
    /// </summary>
    /// <returns><see langword="null"/> where another node has the lane.</returns>
    public async Task<IReadOnlyList<PublishedEvent>?> TakeAsync(OutboxLane lane, string[] kinds, int most, CancellationToken cancellationToken)
    {
        var key = lane.Tenant.ToString("D");
#pragma warning disable RS0030 // it names no rows, and its value is a parameter
        var isMine = await Context.Database.SqlQuery<bool>($"""SELECT pg_try_advisory_xact_lock(hashtextextended({key}, 7307)) AS "Value" """).ToListAsync(cancellationToken).ConfigureAwait(false);
#pragma warning restore RS0030

        // A statement of its own: its snapshot is younger than the lock, so it sees what the last one who had it deleted.
        return isMine is [true] ? await ReadAsync(kinds, most, cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary>Some kinds that wait and that are not among those that are handled here.</summary>
    public abstract Task<IReadOnlyList<string>> UnknownAsync(string[] handled, CancellationToken cancellationToken);

    public abstract Task DeleteAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken);

    /// <summary>Notes that an event failed once more.</summary>
    public abstract Task FailAsync(long number, string error, DateTimeOffset notBefore, DateTimeOffset? failedAt, CancellationToken cancellationToken);

    /// <summary>Whether an event waits here whose id is below a bound, set aside or not.</summary>
    public abstract Task<bool> HasBelowAsync(Guid bound, CancellationToken cancellationToken);

    /// <summary>Forgets what consumers have seen below a bound, at most so many of each.</summary>
    public abstract Task ForgetAsync(string[] consumers, Guid bound, int most, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    protected abstract Task<IReadOnlyList<PublishedEvent>> ReadAsync(string[] kinds, int most, CancellationToken cancellationToken);

    /// <summary>Whether an exception says that this is not the time: the tenant is closed, moves, or the catalogue is out of reach. Nothing failed then.</summary>
    public static bool IsNotNow(Exception exception) =>
        exception is TenantUnavailableException or HomeNotWritableException or CatalogueUnreachableException || exception.Refusal() is { SqlState: HomeNotWritableException.SqlState };
}
