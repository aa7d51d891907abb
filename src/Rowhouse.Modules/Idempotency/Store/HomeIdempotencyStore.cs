using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Modules.Idempotency.Store;

/// <summary>Keeps answers in the tenant's home, in the transaction of the context that has the effect.</summary>
internal sealed class HomeIdempotencyStore<TContext>(TContext effects, IdempotencyDb db, TimeProvider clock) : IIdempotencyStore
    where TContext : TenantDbContext
{
    // A key in passing removes as many that are over: more than come in at a time, and few enough not to be felt.
    private const int RemovedAtOnce = 20;

    public Task<TResult> InTransactionAsync<TResult>(Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken) =>
        effects.InTransactionAsync(
            async cancelled =>
            {
                db.ChangeTracker.Clear();
                await db.EnterTransactionAsync(effects, cancelled);
                try
                {
                    return await work(cancelled);
                }
                finally
                {
                    await db.LeaveTransactionAsync();
                }
            },
            cancellationToken);

    public Task<bool> TryLockAsync(IdempotencyKey key, CancellationToken cancellationToken) => effects.TryLockAsync($"idempotency:{key.Route} {key.Value}", cancellationToken);

    public Task<KeptAnswer?> FindAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        var over = Over();
        return db.Keys.AsNoTracking()
            .Where(row => row.Route == key.Route && row.Key == key.Value && row.KeptAt > over)
            .Select(row => new KeptAnswer { Request = row.Request, Status = row.Status, Location = row.Location, ETag = row.ETag, Body = row.Body })
            .SingleOrDefaultAsync(cancellationToken);
    }

    public async Task KeepAsync(IdempotencyKey key, KeptAnswer answer, CancellationToken cancellationToken)
    {
        var over = Over();
        await db.Keys.Where(row => row.Route == key.Route && row.Key == key.Value).ExecuteDeleteAsync(cancellationToken); // it is over, or would have been found

        // One at a time: two that remove the same rows in different orders would wait for each other.
        if (await effects.TryLockAsync("idempotency", cancellationToken))
        {
            await db.Keys.Where(row => row.KeptAt <= over).OrderBy(row => row.KeptAt).Take(RemovedAtOnce).ExecuteDeleteAsync(cancellationToken);
        }

        db.Keys.Add(new()
        {
            Route = key.Route,
            Key = key.Value,
            Request = answer.Request,
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
