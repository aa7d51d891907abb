using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Idempotency;

/// <summary>Keeps answers in the control database, for what has its effect there. Keys are the tenant's where a request has one, else the person's.</summary>
internal sealed class PlatformIdempotencyStore(PlatformDbContext db, TenantScope scope, Caller caller, TimeProvider clock) : IIdempotencyStore
{
    private Guid Owner => scope.IsBound ? scope.Tenant.Id.Value : caller.PersonId;

    public async Task<TResult> InTransactionAsync<TResult>(Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        var result = await work(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    public async Task<TResult> RehearseAsync<TResult>(Func<Task<TResult>> work, CancellationToken cancellationToken)
    {
        await using var part = await ControlTransaction.BeginAsync(db, cancellationToken);
        var result = await work();
        db.ChangeTracker.Clear();
        return result;
    }

    public Task<bool> TryLockAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        var name = $"idempotency {Owner} {key.Route} {key.Value}";
#pragma warning disable RS0030 // EF Core has no locks of this kind. A space of their own: the callers' texts must not meet the locks that others wait for
        return db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock(hashtextextended({name}, 1)) AS \"Value\"").SingleAsync(cancellationToken);
#pragma warning restore RS0030
    }

    public Task<KeptAnswer?> FindAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        var over = clock.GetUtcNow() - IdempotencyKey.Lifetime;
        return db.IdempotencyKeys.AsNoTracking()
            .Where(row => row.Owner == Owner && row.Route == key.Route && row.Key == key.Value && row.KeptAt > over)
            .Select(row => new KeptAnswer { Request = row.Request, PersonId = row.PersonId, Role = row.Role, Status = row.Status, Location = row.Location, ETag = row.ETag, Body = row.Body })
            .SingleOrDefaultAsync(cancellationToken);
    }

    public async Task KeepAsync(IdempotencyKey key, KeptAnswer answer, CancellationToken cancellationToken)
    {
        await db.IdempotencyKeys.Where(row => row.Owner == Owner && row.Route == key.Route && row.Key == key.Value).ExecuteDeleteAsync(cancellationToken); // it is over, or would have been found
        db.IdempotencyKeys.Add(new()
        {
            Owner = Owner,
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
}
