using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>The SHA-256 of a secret of 32 random bytes: what is stored and looked up. The secret itself is seen once.</summary>
internal readonly record struct SecretHash(UInt128 High, UInt128 Low)
{
    private const int SecretLength = 32;

    // 32 bytes in base64url without padding.
    private const int TextLength = 43;

    /// <summary>Makes a secret.</summary>
    /// <param name="secret">What its bearer shows.</param>
    public static SecretHash New(out string secret)
    {
        Span<byte> bytes = stackalloc byte[SecretLength];
        RandomNumberGenerator.Fill(bytes);
        secret = Base64Url.EncodeToString(bytes);
        return Of(bytes);
    }

    /// <summary>Reads what somebody shows; false where it cannot be a secret of ours.</summary>
    public static bool TryParse(ReadOnlySpan<char> secret, out SecretHash hash)
    {
        Span<byte> bytes = stackalloc byte[SecretLength];
        if (secret.Length == TextLength && Base64Url.IsValid(secret) && Base64Url.TryDecodeFromChars(secret, bytes, out var written) && written == SecretLength)
        {
            hash = Of(bytes);
            return true;
        }

        hash = default;
        return false;
    }

    public byte[] ToBytes()
    {
        var halves = new[] { High, Low };
        return MemoryMarshal.AsBytes(halves.AsSpan()).ToArray();
    }

    private static SecretHash Of(ReadOnlySpan<byte> secret)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(secret, hash);
        var halves = MemoryMarshal.Cast<byte, UInt128>(hash);
        return new(halves[0], halves[1]);
    }
}
