using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Binding;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>Work of a tenant that is done as a whole or not at all.</summary>
public static class TenantTransactionExtensions
{
    /// <summary>A space of their own: who tries would else be refused by everybody who waits.</summary>
    private const long TriedLocks = 1;

    /// <summary>
    /// Runs work in one transaction. Where the tenant has just moved, it is run again from its beginning in the new home, and on another connection where the
    /// first broke before it answered anything: so it reads what it changes itself, and does nothing in another context or outside the database.
    /// </summary>
    /// <typeparam name="TResult">What the work gives.</typeparam>
    /// <param name="context">The context that does the work; it tracks nothing yet, since what it tracked could be stale in the new home.</param>
    /// <param name="work">The work. It is committed when it ends and undone when it throws.</param>
    /// <param name="cancellationToken">Stops, and undoes what was done.</param>
    /// <exception cref="InvalidOperationException">The context is in a transaction already, or tracks entities. Or one that was begun on it by hand was lost with its connection.</exception>
    /// <exception cref="HomeNotWritableException">No home of the tenant takes writes for ten seconds. Nothing was changed.</exception>
    public static async Task<TResult> InTransactionAsync<TResult>(this TenantDbContext context, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(work);
        RefuseBegun(context);
        return await context.RepeatInTransactionAsync(
            cancelled =>
            {
                context.ChangeTracker.Clear();
                return work(cancelled);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same for work that leaves the change tracker alone.</summary>
    internal static Task<TResult> RepeatInTransactionAsync<TResult>(this TenantDbContext context, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken) =>
        context.Database.CreateExecutionStrategy().ExecuteAsync(
            work,
            async (_, attempt, cancelled) =>
            {
                var transaction = await context.Database.BeginTransactionAsync(cancelled).ConfigureAwait(false);
                await using var dispose = transaction.ConfigureAwait(false);
                var result = await attempt(cancelled).ConfigureAwait(false);
                await transaction.CommitAsync(cancelled).ConfigureAwait(false);
                return result;
            },
            verifySucceeded: null,
            cancellationToken);

    /// <summary>
    /// Runs work as <see cref="InTransactionAsync"/> does, holding a lock of the scope's tenant. Of two, the second waits until the first has
    /// committed and then sees what it wrote. Other tenants, and locks of other names, are not waited for.
    /// </summary>
    /// <typeparam name="TResult">What the work gives.</typeparam>
    /// <param name="context">The context that does the work; it tracks nothing yet.</param>
    /// <param name="name">What is locked, for example <c>cards</c>.</param>
    /// <param name="work">The work. It is committed when it ends and undone when it throws.</param>
    /// <param name="cancellationToken">Stops, and undoes what was done.</param>
    /// <exception cref="InvalidOperationException">The context is in a transaction already, or tracks entities. Or one that was begun on it by hand was lost with its connection.</exception>
    /// <exception cref="TenantLockTimeoutException">Others held the lock, or a row that the work changes, for ten seconds. Nothing was changed.</exception>
    /// <exception cref="HomeNotWritableException">No home of the tenant takes writes for ten seconds. Nothing was changed.</exception>
    public static async Task<TResult> InLockAsync<TResult>(this TenantDbContext context, string name, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(work);
        var key = $"{context.BoundTenant}:{name}";
        try
        {
            return await context.InTransactionAsync(
                async cancelled =>
                {
                    // Ten seconds: whoever waits longer had better ask again, and waits without a connection meanwhile.
#pragma warning disable RS0030 // it names no rows, and its value is a parameter
                    await context.Database.ExecuteSqlAsync($"SET LOCAL lock_timeout = '10s'; select pg_advisory_xact_lock(hashtextextended({key}, 0))", cancelled).ConfigureAwait(false);
#pragma warning restore RS0030
                    return await work(cancelled).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception.Refusal() is { SqlState: PostgresErrorCodes.LockNotAvailable } refusal)
        {
            throw new TenantLockTimeoutException(name, refusal);
        }
    }

    /// <summary>
    /// Runs reads that may see rows as they were a moment ago: on a standby, where the tenant's store names one beside its primary, else on the primary. What
    /// others wait for stays there, so this is for long lists, reports and exports.
    /// </summary>
    /// <typeparam name="TResult">What the reads give.</typeparam>
    /// <param name="context">The context that reads. It is in no transaction and tracks nothing: what is read may be old, and is tracked no longer than the reads take.</param>
    /// <param name="read">The reads.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="InvalidOperationException">The context is in a transaction already, or tracks entities. Or one that was begun on it by hand was lost with its connection.</exception>
    /// <exception cref="DbUpdateException">It writes what the context tracks; on a standby and on the primary alike that is refused.</exception>
    /// <exception cref="PostgresException">It writes in another way (25006). Or a standby ended it, since what it reads was changed meanwhile (40001): let standbys wait longer, or read on the primary.</exception>
    public static async Task<TResult> ReadFromReplicaAsync<TResult>(this TenantDbContext context, Func<CancellationToken, Task<TResult>> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(read);
        RefuseBegun(context);
        context.ConnectReplica();
        try
        {
            return await context.RepeatInTransactionAsync(
                async cancelled =>
                {
                    context.ChangeTracker.Clear();
#pragma warning disable RS0030 // it names no rows
                    await context.Database.ExecuteSqlAsync($"SET TRANSACTION READ ONLY", cancelled).ConfigureAwait(false);
#pragma warning restore RS0030
                    return await read(cancelled).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            context.ChangeTracker.Clear();
            context.Reconnect();
        }
    }

    /// <summary>Takes a lock of the scope's tenant until the end of the transaction, unless somebody has it. It is another one than <see cref="InLockAsync"/> takes under the same name.</summary>
    /// <param name="context">A context in a transaction.</param>
    /// <param name="name">What is locked.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Whether the lock is this transaction's.</returns>
    /// <exception cref="InvalidOperationException">The context is in no transaction, with which the lock would end.</exception>
    public static Task<bool> TryLockAsync(this TenantDbContext context, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (context.Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException("The context is in no transaction, and a lock ends with one. Call this inside InTransactionAsync.");
        }

        var key = $"{context.BoundTenant}:{name}";
#pragma warning disable RS0030 // it names no rows, and its value is a parameter
        return context.Database.SqlQuery<bool>($"select pg_try_advisory_xact_lock(hashtextextended({key}, {TriedLocks})) as \"Value\"").SingleAsync(cancellationToken);
#pragma warning restore RS0030
    }

    /// <summary>
    /// Lets a context work in another one's transaction: what both write is kept or undone together. Ends with <see cref="LeaveTransactionAsync"/>;
    /// where the transaction is done again, it is entered again.
    /// </summary>
    /// <param name="context">A context that is in no transaction.</param>
    /// <param name="other">A context of the same tenant that is in one.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="InvalidOperationException">The other context is in no transaction, or this one is in one. Or one of the two has lost a transaction with its connection.</exception>
    /// <exception cref="TenantMismatchException">The other context is another tenant's.</exception>
    public static async Task EnterTransactionAsync(this TenantDbContext context, TenantDbContext other, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(other);
        if (context.BoundTenant != other.BoundTenant)
        {
            throw new TenantMismatchException(other.GetType().Name);
        }

        other.RefuseLostTransaction();
        if (context.Database.CurrentTransaction is not null || other.Database.CurrentTransaction is not { } transaction)
        {
            throw new InvalidOperationException($"{context.GetType().Name} enters the transaction of {other.GetType().Name}: the first is in none, and the second in one that it has begun by InTransactionAsync.");
        }

        // The other one's transaction is done again in a newer home than what is bound in it, be it by this context alone.
        other.BindGeneration();
        context.ConnectAs(other);
        try
        {
            await context.Database.UseTransactionAsync(transaction.GetDbTransaction(), cancellationToken).ConfigureAwait(false);
            context.Entered = other;
        }
        catch
        {
            context.Reconnect(); // on the other one's, a statement of its own would end the transaction that is open there
            throw;
        }
    }

    /// <summary>Lets a context out of the transaction that it entered, which goes on without it.</summary>
    /// <param name="context">The context. It tracks nothing afterwards, since the transaction may be undone.</param>
    public static async Task LeaveTransactionAsync(this TenantDbContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.ChangeTracker.Clear();
        context.Entered = null;
        context.Transaction?.Forget();
        await context.Database.UseTransactionAsync(null).ConfigureAwait(false);
        context.BoundTransaction = null;

        // On the other one's, a statement of its own would end the transaction that is still open there.
        context.Reconnect();
    }

    private static void RefuseBegun(TenantDbContext context)
    {
        context.RefuseLostTransaction();
        if (context.Database.CurrentTransaction is not null)
        {
            throw new InvalidOperationException("The context is in a transaction already; only the outermost can be done again.");
        }

        if (context.ChangeTracker.Entries().FirstOrDefault() is { } tracked)
        {
            throw new InvalidOperationException($"The context tracks a {tracked.Metadata.DisplayName()} already. Read entities inside the transaction, so that they are right when it has to be done again.");
        }
    }
}
