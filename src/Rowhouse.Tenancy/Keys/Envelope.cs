using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rowhouse.Tenancy.Keys;

/// <summary>
/// Bytes sealed by AES-256-GCM for one tenant, one purpose and one version of a key: one byte that says the format, the version, a random nonce, the
/// sealed bytes and their tag. What was sealed for another tenant, purpose or version does not open, even by the same key. Safe for concurrent use.
/// </summary>
/// <remarks>Nonces are random and have 96 bits, so let a key seal fewer than 2³² envelopes (NIST SP 800-38D, 8.3).</remarks>
public static class Envelope
{
    /// <summary>How many bytes a key has.</summary>
    public const int KeyLength = 32;

    /// <summary>By how many bytes an envelope is longer than what it holds.</summary>
    public const int Overhead = HeadLength + NonceLength + TagLength;

    private const byte Format = 1;
    private const int HeadLength = sizeof(byte) + sizeof(int);
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int TenantLength = 16;

    // Two purposes that are not the same must not become the same bytes, as lone surrogates would.
    private static readonly UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Seals bytes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="tenant">Whose bytes they are.</param>
    /// <param name="purpose">What they are for, as whoever opens them has to say too. No secret.</param>
    /// <param name="keyVersion">Which of the tenant's keys it is, from 1 on.</param>
    /// <param name="plaintext">The bytes.</param>
    /// <exception cref="ArgumentException">The key has not <see cref="KeyLength"/> bytes, or the purpose is empty or no text.</exception>
    public static byte[] Seal(ReadOnlySpan<byte> key, TenantId tenant, string purpose, int keyVersion, ReadOnlySpan<byte> plaintext)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keyVersion, 1);
        var associated = Associated(tenant, purpose, keyVersion);
        using var cipher = CipherOf(key);
        var envelope = new byte[plaintext.Length + Overhead];
        envelope[0] = Format;
        BinaryPrimitives.WriteInt32BigEndian(envelope.AsSpan(sizeof(byte)), keyVersion);
        var parts = new Parts(envelope.AsSpan());
        RandomNumberGenerator.Fill(parts.Nonce);
        cipher.Encrypt(parts.Nonce, plaintext, parts.Content, parts.Tag, associated);
        return envelope;
    }

    /// <summary>Opens an envelope.</summary>
    /// <param name="key">The key that sealed it.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="keyVersion">Which of the tenant's keys it is.</param>
    /// <param name="envelope">The envelope.</param>
    /// <returns>What was sealed. Whoever opens it overwrites it after use where it must not stay in memory.</returns>
    /// <exception cref="EnvelopeRefusedException">It was changed, or sealed for another tenant, purpose or version, or by another key.</exception>
    /// <exception cref="ArgumentException">The key has not <see cref="KeyLength"/> bytes, or the purpose is empty or no text.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, TenantId tenant, string purpose, int keyVersion, ReadOnlySpan<byte> envelope)
    {
        var associated = Associated(tenant, purpose, keyVersion);
        using var cipher = CipherOf(key);
        if (envelope.Length < Overhead || envelope[0] != Format || BinaryPrimitives.ReadInt32BigEndian(envelope[sizeof(byte)..]) != keyVersion)
        {
            throw new EnvelopeRefusedException(purpose);
        }

        var content = envelope[(HeadLength + NonceLength)..^TagLength];
        var plaintext = new byte[content.Length];
        try
        {
            cipher.Decrypt(envelope.Slice(HeadLength, NonceLength), content, envelope[^TagLength..], plaintext, associated);
        }
        catch (CryptographicException)
        {
            throw new EnvelopeRefusedException(purpose);
        }

        return plaintext;
    }

    private static AesGcm CipherOf(ReadOnlySpan<byte> key) =>
        key.Length == KeyLength ? new(key, TagLength) : throw new ArgumentException($"A key has {KeyLength} bytes.", nameof(key));

    // Only the purpose, which comes last, has any length it likes: so no two sets of them are the same bytes.
    private static byte[] Associated(TenantId tenant, string purpose, int keyVersion)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        var associated = new byte[sizeof(byte) + TenantLength + sizeof(int) + strict.GetByteCount(purpose)];
        associated[0] = Format;
        tenant.Value.TryWriteBytes(associated.AsSpan(sizeof(byte)), bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(associated.AsSpan(sizeof(byte) + TenantLength), keyVersion);
        strict.GetBytes(purpose, associated.AsSpan(sizeof(byte) + TenantLength + sizeof(int)));
        return associated;
    }

    private readonly ref struct Parts(Span<byte> envelope)
    {
        public Span<byte> Nonce { get; } = envelope.Slice(HeadLength, NonceLength);

        public Span<byte> Content { get; } = envelope[(HeadLength + NonceLength)..^TagLength];

        public Span<byte> Tag { get; } = envelope[^TagLength..];
    }
}

/// <summary>An envelope does not open: it was changed, or it was sealed for another tenant or purpose, or by another key. Nothing of what it holds was given.</summary>
public sealed class EnvelopeRefusedException : InvalidOperationException
{
    internal EnvelopeRefusedException(string purpose)
        : base($"What is sealed for '{purpose}' does not open: it was changed, or it is another tenant's, another purpose's or another key's.") =>
        Purpose = purpose;

    /// <summary>What it was opened for.</summary>
    public string Purpose { get; }
}
