using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Keys;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Secrets.Store;

namespace Rowhouse.Tenancy.Secrets;

/// <summary>A secret of the scope's tenant, in the tenant's home.</summary>
internal sealed class TenantSecret<T>(SecretDeclaration<T> declared, SecretsDb db, ITenantKeys keys, TenantScope scope, TimeProvider clock) : ITenantSecret<T>
    where T : class
{
    private readonly string name = declared.Name;

    public async Task<T?> GetAsync(CancellationToken cancellationToken = default)
    {
        if (await db.Values.AsNoTracking().SingleOrDefaultAsync(value => value.Name == name, cancellationToken).ConfigureAwait(false) is not { } kept)
        {
            return null;
        }

        var key = await keys.GetAsync(scope.Tenant.Id, kept.KeyVersion, cancellationToken).ConfigureAwait(false);
        var written = key.Open(SecretDeclaration.PurposeOf(name), kept.Envelope);
        try
        {
            return declared.Read(written);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(written);
        }
    }

    public async Task SetAsync(T secret, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var key = await keys.GetCurrentAsync(scope.Tenant.Id, cancellationToken).ConfigureAwait(false);
        var written = declared.Write(secret);
        byte[] envelope;
        try
        {
            envelope = key.Seal(SecretDeclaration.PurposeOf(name), written);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(written);
        }

        // Nobody else has this context, and what it has read before is of no use.
        db.ChangeTracker.Clear();
        await db.InLockAsync(
            SecretDeclaration.LockOf(name),
            async cancelled =>
            {
                var kept = await db.Values.SingleOrDefaultAsync(value => value.Name == name, cancelled).ConfigureAwait(false)
                    ?? db.Add(new SealedValue { Name = name, Envelope = envelope }).Entity;
                kept.Envelope = envelope;
                kept.KeyVersion = key.Version;
                kept.SetAt = clock.GetUtcNow();
                return await db.SaveChangesAsync(cancelled).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> RemoveAsync(CancellationToken cancellationToken = default)
    {
        db.ChangeTracker.Clear();
        return await db.InLockAsync(
            SecretDeclaration.LockOf(name),
            cancelled => db.Values.Where(value => value.Name == name).ExecuteDeleteAsync(cancelled),
            cancellationToken).ConfigureAwait(false) > 0;
    }

    public async Task<SecretState> DescribeAsync(CancellationToken cancellationToken = default)
    {
        var setAt = await db.Values.Where(value => value.Name == name).Select(value => (DateTimeOffset?)value.SetAt).SingleOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        return new(setAt is not null, setAt);
    }
}
