using System.Security.Cryptography;

namespace Rowhouse.Tenancy.Keys;

/// <summary>
/// One version of a tenant's data key. It seals and opens, and its bytes never leave it: they lie at one place in memory, and are overwritten once
/// nobody has the key any more. Safe for concurrent use.
/// </summary>
public sealed class TenantKey
{
    // Pinned, so that the collector leaves no copies behind when it moves things.
    private readonly byte[] key = GC.AllocateUninitializedArray<byte>(Envelope.KeyLength, pinned: true);

    /// <summary>A key from its bytes, for whoever keeps keys.</summary>
    /// <param name="tenantId">Whose it is.</param>
    /// <param name="version">Which of the tenant's keys, from 1 on.</param>
    /// <param name="key">Its <see cref="Envelope.KeyLength"/> bytes, which are copied: overwrite them after this.</param>
    /// <exception cref="ArgumentException">The key has another length, or the tenant is not set.</exception>
    public TenantKey(TenantId tenantId, int version, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        if (!tenantId.IsSet)
        {
            throw new ArgumentException("A key is some tenant's.", nameof(tenantId));
        }

        if (key.Length != Envelope.KeyLength)
        {
            throw new ArgumentException($"A key has {Envelope.KeyLength} bytes.", nameof(key));
        }

        TenantId = tenantId;
        Version = version;
        key.CopyTo(this.key);
    }

#pragma warning disable MA0055 // a key is shared by whoever uses it at the moment, so nobody could dispose of it
    /// <summary>Overwrites the bytes.</summary>
    ~TenantKey() => CryptographicOperations.ZeroMemory(key);
#pragma warning restore MA0055

    /// <summary>Whose key it is.</summary>
    public TenantId TenantId { get; }

    /// <summary>Which of the tenant's keys it is, from 1 on.</summary>
    public int Version { get; }

    /// <summary>Seals bytes of the tenant.</summary>
    /// <param name="purpose">What they are for, such as <c>secret:shop</c> or <c>backup:7</c>; whoever opens them has to say the same. No secret.</param>
    /// <param name="plaintext">The bytes.</param>
    /// <returns>An <see cref="Envelope"/>.</returns>
    public byte[] Seal(string purpose, ReadOnlySpan<byte> plaintext)
    {
        var envelope = Envelope.Seal(key, TenantId, purpose, Version, plaintext);
        GC.KeepAlive(this);
        return envelope;
    }

    /// <summary>Opens what this version has sealed.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="envelope">The envelope.</param>
    /// <returns>What was sealed; overwrite it after use where it must not stay in memory.</returns>
    /// <exception cref="EnvelopeRefusedException">It was changed, or sealed for another purpose or tenant, or by another key or version.</exception>
    public byte[] Open(string purpose, ReadOnlySpan<byte> envelope)
    {
        var plaintext = Envelope.Open(key, TenantId, purpose, Version, envelope);
        GC.KeepAlive(this);
        return plaintext;
    }
}
