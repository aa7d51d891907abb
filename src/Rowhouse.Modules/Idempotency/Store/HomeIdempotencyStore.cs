using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Modules.Idempotency.Store;

/// <summary>Keeps answers in the tenant's home, in the transaction of the context that has the effect.</summary>
internal sealed class HomeIdempotencyStore<TContext>(TContext effects, IdempotencyDb db, TimeProvider clock) : IIdempotencyStore
    where TContext : TenantDbContext
{
    // A key in passing removes as many that are over: more than come in at a time, and few enough not to be felt.
    private const int RemovedAtOnce = 20;
    private const string Rehearsal = "rehearsal";

    public Task<TResult> InTransactionAsync<TResult>(Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken) =>
        effects.InTransactionAsync(
            async cancelled =>
            {
                // As without a key, what is refused leaves the handler a transaction in which it can look why.
                effects.Database.AutoSavepointsEnabled = true;
                db.ChangeTracker.Clear();
                await db.EnterTransactionAsync(effects, cancelled);
                try
                {
                    return await work(cancelled);
                }
                finally
                {
                    effects.Database.AutoSavepointsEnabled = false;
                    await db.LeaveTransactionAsync();
                }
            },
            cancellationToken);

    public async Task<TResult> RehearseAsync<TResult>(Func<Task<TResult>> work, CancellationToken cancellationToken)
    {
        var transaction = effects.Database.CurrentTransaction!; // the store's own
        await transaction.CreateSavepointAsync(Rehearsal, cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            await transaction.RollbackToSavepointAsync(Rehearsal, CancellationToken.None);
            effects.ChangeTracker.Clear();
        }
    }

    public Task<bool> TryLockAsync(IdempotencyKey key, CancellationToken cancellationToken) => effects.TryLockAsync($"idempotency:{key.Route} {key.Value}", cancellationToken);

    public Task<KeptAnswer?> FindAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        var over = Over();
        return db.Keys.AsNoTracking()
            .Where(row => row.Route == key.Route && row.Key == key.Value && row.KeptAt > over)
            .Select(row => new KeptAnswer { Request = row.Request, PersonId = row.PersonId, Role = row.Role, Status = row.Status, Location = row.Location, ETag = row.ETag, Body = row.Body })
            .SingleOrDefaultAsync(cancellationToken);
    }

    public async Task KeepAsync(IdempotencyKey key, KeptAnswer answer, CancellationToken cancellationToken)
    {
        var over = Over();
        await db.Keys.Where(row => row.Route == key.Route && row.Key == key.Value).ExecuteDeleteAsync(cancellationToken); // it is over, or would have been found

        // One at a time: two that remove the same rows in different orders would wait for each other.
        if (await effects.TryLockAsync("idempotency", cancellationToken))
        {
            // The time of the last of them, and not a limit: a DELETE with one would read the table from end to end.
            if (await db.Keys.Where(row => row.KeptAt <= over).OrderBy(row => row.KeptAt).Select(row => row.KeptAt).Take(RemovedAtOnce).ToListAsync(cancellationToken) is [.., var last])
            {
                await db.Keys.Where(row => row.KeptAt <= last).ExecuteDeleteAsync(cancellationToken);
            }
        }

        db.Keys.Add(new()
        {
            Route = key.Route,
            Key = key.Value,
            Request = answer.Request,
            PersonId = answer.PersonId,
            Role = answer.Role,
            Status = answer.Status,
            Location = answer.Location,
            ETag = answer.ETag,
            Body = answer.Body,
            KeptAt = clock.GetUtcNow(),
        });
        await db.SaveChangesAsync(cancellationToken);
    }

    private DateTimeOffset Over() => clock.GetUtcNow() - IdempotencyKey.Lifetime;
}
