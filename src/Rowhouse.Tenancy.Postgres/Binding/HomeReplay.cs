using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Binding;

/// <summary>
/// Does work again whose first write the fence of the tenant's home refused, as soon as the directory knows of a newer home,
/// on a new connection. EF Core runs SaveChanges, ExecuteUpdate and ExecuteDelete through it, and the kernel its
/// transactions; what runs inside a transaction is done again as a whole or not at all.
/// </summary>
/// <remarks>
/// The fence refuses the first statement that writes, and a transaction that has written keeps the home open until its end:
/// so nothing that is done again was done before. What stands in an explicit transaction, or beside a result that is still
/// read, is not done again: it would leave the rest behind. Synchronous work is not done again; waiting would hold a thread.
/// </remarks>
internal sealed class HomeReplay(TenantDbContext context, Func<Tenant, DbConnection> connect) : IExecutionStrategy
{
    /// <summary>How long a tenant may have no home that takes writes, as a move leaves it for some hundred milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    /// <summary>For EF Core: reads are never done again, so that they need not be held in memory, and transactions are not refused.</summary>
    public bool RetriesOnFailure => false;

    public TResult Execute<TState, TResult>(TState state, Func<DbContext, TState, TResult> operation, Func<DbContext, TState, ExecutionResult<TResult>>? verifySucceeded)
    {
        try
        {
            return operation(context, state);
        }
        catch (Exception exception) when (FenceOf(exception) is { } fence)
        {
            throw new HomeNotWritableException(context.BoundTenant, context.BoundGeneration, fence);
        }
    }

    public async Task<TResult> ExecuteAsync<TState, TResult>(
        TState state,
        Func<DbContext, TState, CancellationToken, Task<TResult>> operation,
        Func<DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default)
    {
        long? refused = null;
        while (true)
        {
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
        }
    }

    // Here and not where the command fails: EF Core does not give a connection back when an interceptor throws.
    private static PostgresException? FenceOf(Exception exception) =>
        exception.Refusal() is { SqlState: HomeNotWritableException.SqlState } fence ? fence : null;

    private async Task<bool> FollowAsync(long refused, CancellationToken cancellationToken)
    {
        while (!context.FollowTenant(connect))
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
