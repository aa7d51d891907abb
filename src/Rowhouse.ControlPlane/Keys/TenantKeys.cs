using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;

namespace Rowhouse.ControlPlane.Keys;

/// <summary>Tenants' data keys, in the control database, wrapped by the platform's. A tenant that has none yet gets its first when it is asked for.</summary>
internal sealed class TenantKeys(IDbContextFactory<PlatformDbContext> contexts, PlatformKeys platform, KeyMaker maker, TenantKeyCache cache, TimeProvider clock) : ITenantKeys
{
    public async ValueTask<TenantKey> GetCurrentAsync(TenantId tenant, CancellationToken cancellationToken = default) =>
        await KeysOfAsync(tenant, cancellationToken) is [.., var last] ? last : throw new TenantKeyUnavailableException(tenant);

    public async ValueTask<TenantKey> GetAsync(TenantId tenant, int version, CancellationToken cancellationToken = default)
    {
        if (Find(await KeysOfAsync(tenant, cancellationToken)) is { } known)
        {
            return known;
        }

        // Another server may have made it a moment ago.
        cache.Forget(tenant);
        return Find(await KeysOfAsync(tenant, cancellationToken)) ?? throw new TenantKeyUnavailableException(tenant, version);

        TenantKey? Find(IReadOnlyList<TenantKey> keys) => keys.FirstOrDefault(key => key.Version == version);
    }

    /// <summary>Makes a new key for a tenant, which seals from now on: on other servers within a minute. Earlier ones still open.</summary>
    /// <returns>Its version.</returns>
    /// <exception cref="TenantKeyUnavailableException">The tenant's keys were destroyed, or there is no such tenant.</exception>
    public async Task<int> RotateAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.LockKeysAsync(tenant, cancellationToken);
        var last = await db.TenantKeys.AsNoTracking().Where(key => key.TenantId == tenant).OrderByDescending(key => key.Version).FirstOrDefaultAsync(cancellationToken);
        if (last is { Wrapped: null } || !await db.Tenants.AnyAsync(known => known.Id == tenant, cancellationToken))
        {
            throw new TenantKeyUnavailableException(tenant);
        }

        var next = db.TenantKeys.Add(last is null ? maker.MakeFirst(tenant) : maker.Make(tenant, last.Version + 1)).Entity;
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        cache.Forget(tenant);
        return next.Version;
    }

    /// <summary>
    /// Destroys all keys of a tenant for ever, and with them whatever they have sealed: here at once, on other servers within a minute. Done again it changes nothing.
    /// </summary>
    public async Task DestroyAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        await DestroyAsync(db, tenant, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The same as a part of the caller's transaction, who saves and commits it.</summary>
    public async Task DestroyAsync(PlatformDbContext db, TenantId tenant, CancellationToken cancellationToken)
    {
        await db.LockKeysAsync(tenant, cancellationToken);
        var last = await db.TenantKeys.Where(key => key.TenantId == tenant).MaxAsync(key => (int?)key.Version, cancellationToken) ?? 1;
        await db.TenantKeys.Where(key => key.TenantId == tenant).ExecuteDeleteAsync(cancellationToken);
        db.TenantKeys.Add(new() { TenantId = tenant, Version = last, CreatedAt = clock.GetUtcNow() });
        db.AfterCommit(() => cache.Forget(tenant));
    }

    private Task<IReadOnlyList<TenantKey>> KeysOfAsync(TenantId tenant, CancellationToken cancellationToken) =>
        cache.GetOrLoadAsync(tenant, cancelled => LoadAsync(tenant, cancelled), cancellationToken);

    private async Task<IReadOnlyList<TenantKey>> LoadAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var wrapped = await ReadAsync(db, tenant, cancellationToken);
        if (wrapped is [])
        {
            wrapped = await MakeFirstAsync(db, tenant, cancellationToken);
        }

        return [.. wrapped.Where(key => key.Wrapped is not null).Select(key => platform.Find(key.PlatformKey!).Unwrap(tenant, key.Version, key.Wrapped!))]; // one has both or neither
    }

    private async Task<List<WrappedKey>> MakeFirstAsync(PlatformDbContext db, TenantId tenant, CancellationToken cancellationToken)
    {
        if (!await db.Tenants.AnyAsync(known => known.Id == tenant, cancellationToken))
        {
            throw new TenantKeyUnavailableException(tenant);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.LockKeysAsync(tenant, cancellationToken);
        if (await ReadAsync(db, tenant, cancellationToken) is { Count: > 0 } made)
        {
            return made;
        }

        var first = db.TenantKeys.Add(maker.MakeFirst(tenant)).Entity;
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [first];
    }

    private static Task<List<WrappedKey>> ReadAsync(PlatformDbContext db, TenantId tenant, CancellationToken cancellationToken) =>
        db.TenantKeys.AsNoTracking().Where(key => key.TenantId == tenant).OrderBy(key => key.Version).ToListAsync(cancellationToken);
}
