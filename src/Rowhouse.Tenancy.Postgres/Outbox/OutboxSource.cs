using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres.Binding;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>A database in which events lie until they are delivered.</summary>
internal abstract class OutboxSource
{
    /// <summary>Whether this is the control database.</summary>
    public abstract bool IsControl { get; }

    /// <summary>Whose events wait, or may, some at a time.</summary>
    /// <param name="after">The last one of the answer before; zeros at first.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public abstract Task<IReadOnlyList<Guid>> FindAsync(Guid after, int most, CancellationToken cancellationToken);

    /// <summary>Asks something of all events here, whosever they are.</summary>
    /// <returns>The answer of each database for itself.</returns>
    public abstract Task<IReadOnlyList<TResult>> AskAsync<TResult>(Func<IQueryable<OutboxEntry>, Task<TResult>> askAsync, CancellationToken cancellationToken);

    /// <summary>Opens what the events of a lane are read and deleted by.</summary>
    public abstract Task<OutboxSession> OpenAsync(OutboxLane lane, CancellationToken cancellationToken);
}

/// <summary>The control database.</summary>
internal abstract class ControlSource : OutboxSource
{
    public override bool IsControl => true;

    /// <summary>Lets an event that was set aside be tried again.</summary>
    /// <returns>Its lane; <see langword="null"/> where there is no such event.</returns>
    public abstract Task<OutboxLane?> RetryAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Deletes an event that was set aside.</summary>
    /// <returns>Whether there was one.</returns>
    public abstract Task<bool> DropAsync(Guid id, CancellationToken cancellationToken);
}

/// <summary>The events of one lane, in a scope of its own.</summary>
internal abstract class OutboxSession(DbContext context) : IAsyncDisposable
{
    public DbContext Context { get; } = context;

    /// <summary>
    /// Takes the lane for the current transaction, and with it its first events, in order. A lock that ends with the transaction, so that it also holds behind a
    /// pooler and ends with its node. Of a node that is stopped, or that nothing is heard of, the server ends the transaction.
    /// </summary>
    /// <param name="lane">The lane.</param>
    /// <param name="kinds">The kinds of the events.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="silence">How long a node that is well leaves the transaction without a statement at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="null"/> where another node has the lane.</returns>
    public async Task<IReadOnlyList<PublishedEvent>?> TakeAsync(OutboxLane lane, string[] kinds, int most, TimeSpan silence, CancellationToken cancellationToken)
    {
        var key = lane.Tenant.ToString("D");
        var ended = string.Create(CultureInfo.InvariantCulture, $"SET LOCAL idle_in_transaction_session_timeout = {Math.Ceiling(silence.TotalMilliseconds):F0};"); // SET takes no parameter
#pragma warning disable RS0030, EF1003 // it names no rows, and its values are a number and a parameter
        var isMine = await Context.Database.SqlQueryRaw<bool>(ended + """SELECT pg_try_advisory_xact_lock(hashtextextended({0}, 7307)) AS "Value" """, key).ToListAsync(cancellationToken).ConfigureAwait(false);
#pragma warning restore RS0030, EF1003

        // A statement of its own: its snapshot is younger than the lock, so it sees what the last one who had it deleted.
        return isMine is [true] ? await ReadAsync(kinds, most, cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary>Some kinds that wait and that are not among those that are handled here.</summary>
    public abstract Task<IReadOnlyList<string>> UnknownAsync(string[] handled, CancellationToken cancellationToken);

    public abstract Task DeleteAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken);

    /// <summary>Notes that an event failed once more.</summary>
    public abstract Task FailAsync(Guid id, string error, DateTimeOffset notBefore, DateTimeOffset? failedAt, CancellationToken cancellationToken);

    /// <summary>Whether an event waits here whose id is below a bound, set aside or not.</summary>
    public abstract Task<bool> HasBelowAsync(Guid bound, CancellationToken cancellationToken);

    /// <summary>Forgets what was seen below a bound, by whomever: consumers come and go.</summary>
    /// <returns>How many rows are gone; less than <paramref name="most"/> where no more are there.</returns>
    public abstract Task<int> ForgetAsync(Guid bound, int most, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    protected abstract Task<IReadOnlyList<PublishedEvent>> ReadAsync(string[] kinds, int most, CancellationToken cancellationToken);

    /// <summary>Whether an exception says that this is not the time: the tenant is closed, moves, or the catalogue is out of reach. Nothing failed then.</summary>
    public static bool IsNotNow(Exception exception) =>
        exception is TenantUnavailableException or HomeNotWritableException or CatalogueUnreachableException || exception.Refusal() is { SqlState: HomeNotWritableException.SqlState };
}
