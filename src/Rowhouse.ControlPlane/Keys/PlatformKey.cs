using System.Security.Cryptography;
using System.Text;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;

namespace Rowhouse.ControlPlane.Keys;

/// <summary>A key of the platform. It wraps tenants' keys, and its bytes never leave it.</summary>
internal sealed class PlatformKey(string id, byte[] key)
{
    // Envelopes are tenants'. The platform's own are of an id that no tenant can have: theirs are of version 7.
    private static readonly TenantId Itself = new(Guid.AllBitsSet);

    /// <summary>What it is called in the file and beside what it has wrapped.</summary>
    public string Id { get; } = id;

    /// <summary>A value by which the key is known again, and from which it cannot be found.</summary>
    public byte[] Proof => HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Envelope.KeyLength, info: Encoding.UTF8.GetBytes($"rowhouse platform key {Id}"));

    /// <summary>Makes a key for a tenant.</summary>
    /// <returns>The key, wrapped.</returns>
    public byte[] MakeKey(TenantId tenant, int version)
    {
        Span<byte> made = stackalloc byte[Envelope.KeyLength];
        RandomNumberGenerator.Fill(made);
        var wrapped = Wrap(tenant, version, made);
        CryptographicOperations.ZeroMemory(made);
        return wrapped;
    }

    /// <summary>A tenant's key from what this one wrapped.</summary>
    /// <exception cref="EnvelopeRefusedException">It was changed, or is another tenant's or another version.</exception>
    public TenantKey Unwrap(TenantId tenant, int version, byte[] wrapped)
    {
        var bytes = Envelope.Open(key, tenant, Purpose, version, wrapped);
        try
        {
            return new(tenant, version, bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Wraps by another key what this one has wrapped.</summary>
    /// <exception cref="EnvelopeRefusedException">It was changed, or is another tenant's or another version.</exception>
    public byte[] Rewrap(PlatformKey by, TenantId tenant, int version, byte[] wrapped)
    {
        var bytes = Envelope.Open(key, tenant, Purpose, version, wrapped);
        try
        {
            return by.Wrap(tenant, version, bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Seals something of the platform's own.</summary>
    /// <param name="purpose">What it is for, as whoever opens it has to say too.</param>
    /// <param name="plaintext">The bytes.</param>
    public byte[] Seal(string purpose, ReadOnlySpan<byte> plaintext) => Envelope.Seal(key, Itself, purpose, 1, plaintext);

    /// <summary>Opens what <see cref="Seal"/> has sealed.</summary>
    /// <exception cref="EnvelopeRefusedException">It was changed, or is for something else.</exception>
    public byte[] Open(string purpose, byte[] envelope) => Envelope.Open(key, Itself, purpose, 1, envelope);

    private string Purpose => $"tenant-key:{Id}";

    private byte[] Wrap(TenantId tenant, int version, ReadOnlySpan<byte> bytes) => Envelope.Seal(key, tenant, Purpose, version, bytes);
}
