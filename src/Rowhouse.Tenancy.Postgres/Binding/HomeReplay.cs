using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Hosting;

namespace Rowhouse.Tenancy.Postgres.Binding;

/// <summary>
/// Does work again whose first write the fence of the tenant's home refused, as soon as the directory knows of a newer home, and work whose connection broke
/// before anything of it was answered, each on a new connection. EF Core runs queries, SaveChanges, ExecuteUpdate and ExecuteDelete through it, and the kernel
/// its transactions; what runs inside a transaction is done again as a whole or not at all.
/// </summary>
/// <remarks>
/// The fence refuses the first statement that writes, and a transaction that has written keeps the home open until its end:
/// so nothing that is done again was done before. Nor was anything done where a connection breaks before it has answered a
/// transaction's first statement, as one does that was idle while the server was away. Of a lone statement that writes nobody knows, since its COMMIT goes with
/// it: the failure is told. What stands in an explicit transaction, or beside a result that is still
/// read, is not done again: it would leave the rest behind. Synchronous work is not done again; waiting would hold a thread.
/// </remarks>
internal sealed class HomeReplay(TenantDbContext context, HomeSources homes) : IExecutionStrategy
{
    /// <summary>How long a tenant may have no home that takes writes, as a move leaves it for some hundred milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long a store of several hosts may have no primary.</summary>
    public static readonly TimeSpan PatienceForPrimary = TimeSpan.FromSeconds(5);

    private const string Told = "Rowhouse.Told";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PollForPrimary = TimeSpan.FromMilliseconds(100);

    /// <summary>For EF Core: what a query has begun to read is never read again, so that it need not be held in memory, and transactions are not refused.</summary>
    public bool RetriesOnFailure => false;

    public TResult Execute<TState, TResult>(TState state, Func<DbContext, TState, TResult> operation, Func<DbContext, TState, ExecutionResult<TResult>>? verifySucceeded)
    {
        var isPart = context.Transaction is not null;
        try
        {
            return operation(context, state);
        }
        catch (Exception exception) when (FenceOf(exception) is { } fence)
        {
            throw new HomeNotWritableException(context.BoundTenant, context.BoundGeneration, fence);
        }
        finally
        {
            ForgetLost(isPart);
        }
    }

    public async Task<TResult> ExecuteAsync<TState, TResult>(
        TState state,
        Func<DbContext, TState, CancellationToken, Task<TResult>> operation,
        Func<DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default)
    {
        // Also of one that was begun by hand: alone it would be kept without the rest.
        var isPart = context.Transaction is not null;
        long? refused = null;
        long? broke = null;
        while (true)
        {
            var isOutermost = context.Depth == 0;
            if (isOutermost)
            {
                context.MayNotRepeat = false;
            }

            context.Depth++;
            try
            {
                return await operation(context, state, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (FenceOf(exception) is { } fence)
            {
                refused ??= context.Clock.GetTimestamp();
                if (context.Database.GetDbConnection().State is not ConnectionState.Closed || !await FollowAsync(refused.Value, cancellationToken).ConfigureAwait(false))
                {
                    throw new HomeNotWritableException(context.BoundTenant, context.BoundGeneration, fence);
                }
            }
            catch (Exception exception) when (isOutermost && IsOutage(exception) && !exception.Data.Contains(Told))
            {
                if (broke is null && !context.IsOnReplica)
                {
                    homes.Renew(context.Home, context.Clock);
                }

                if (isPart)
                {
                    throw; // whoever began the transaction does all of it again, or nothing
                }

                if (context.MayNotRepeat || context.Database.GetDbConnection().State is not ConnectionState.Closed)
                {
                    exception.Data[Told] = true; // also to whoever waits for this in work of another context
                    throw;
                }

                // The first time at once: what broke may be a connection that was idle while the server was away.
                if (broke is { } since && !await HasPrimaryTimeAsync(since, cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }

                broke ??= context.Clock.GetTimestamp();
            }
            finally
            {
                context.Depth--;
                ForgetLost(isPart);
            }
        }
    }

    // What the work began and lost is over with it: it is told, or done again as a whole.
    private void ForgetLost(bool isPart)
    {
        if (!isPart && context.Transaction is { IsLost: true } lost)
        {
            lost.Forget();
        }
    }

    // Here and not where the command fails: EF Core does not give a connection back when an interceptor throws.
    private static PostgresException? FenceOf(Exception exception) =>
        exception.Refusal() is { SqlState: HomeNotWritableException.SqlState } fence ? fence : null;

    // No answer in time is none, of a server or of a pool that is used up: whoever waited that long does not wait as long again.
    private static bool IsOutage(Exception? exception) => exception switch
    {
        null or NpgsqlOperationInProgressException => false,
        PostgresException refused => refused.IsCutShort(),
        NpgsqlException broken => !IsLate(broken.InnerException),
        _ => IsOutage(exception.InnerException),
    };

    private static bool IsLate(Exception? exception) => exception switch
    {
        null => false,
        TimeoutException => true,
        AggregateException several => several.InnerExceptions.Any(IsLate), // one of each host
        _ => IsLate(exception.InnerException),
    };

    private async Task<bool> HasPrimaryTimeAsync(long since, CancellationToken cancellationToken)
    {
        if (context.Clock.GetElapsedTime(since) >= PatienceForPrimary || !SeveralHosts.In(context.Database.GetDbConnection().ConnectionString))
        {
            return false;
        }

        await Task.Delay(PollForPrimary, context.Clock, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> FollowAsync(long refused, CancellationToken cancellationToken)
    {
        while (!context.FollowTenant(homes.Connect))
        {
            if (context.Clock.GetElapsedTime(refused) >= Patience)
            {
                return false;
            }

            await Task.Delay(Poll, context.Clock, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }
}
