using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Keys;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Secrets.Store;

namespace Rowhouse.Tenancy.Secrets;

/// <summary>The secrets of the scope's tenant, in the tenant's home: those of earlier releases too.</summary>
internal sealed class TenantSecrets(SecretsDb db, ITenantKeys keys, TenantScope scope) : ITenantSecrets
{
    public async Task<ResealReport> ResealAsync(CancellationToken cancellationToken = default)
    {
        var current = await keys.GetCurrentAsync(scope.Tenant.Id, cancellationToken).ConfigureAwait(false);
        var earlier = await db.Values.Where(value => value.KeyVersion < current.Version).OrderBy(value => value.Name).Select(value => value.Name).ToListAsync(cancellationToken).ConfigureAwait(false);
        var resealed = 0;
        List<string> closed = [];
        foreach (var name in earlier)
        {
            try
            {
                resealed += await ResealAsync(name, current, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception refused) when (refused is EnvelopeRefusedException or TenantKeyUnavailableException)
            {
                closed.Add(name);
            }
        }

        return new(resealed, closed);
    }

    private async Task<int> ResealAsync(string name, TenantKey current, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        return await db.InLockAsync(
            SecretDeclaration.LockOf(name),
            async cancelled =>
            {
                // Somebody may have removed it meanwhile, or set it and thereby sealed it by this key or a later one.
                if (await db.Values.SingleOrDefaultAsync(value => value.Name == name && value.KeyVersion < current.Version, cancelled).ConfigureAwait(false) is not { } kept)
                {
                    return 0;
                }

                var key = await keys.GetAsync(scope.Tenant.Id, kept.KeyVersion, cancelled).ConfigureAwait(false);
                var written = key.Open(SecretDeclaration.PurposeOf(name), kept.Envelope);
                try
                {
                    kept.Envelope = current.Seal(SecretDeclaration.PurposeOf(name), written);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(written);
                }

                kept.KeyVersion = current.Version;
                return await db.SaveChangesAsync(cancelled).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }
}
