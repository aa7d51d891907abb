using System.Security.Cryptography;
using System.Text;

namespace Rowhouse.Tenancy.Postgres.Roles;

/// <summary>
/// The form in which PostgreSQL keeps a password (RFC 5803). Made here, so that <c>alter role</c> never carries the
/// password itself, which a server may write to its log.
/// </summary>
internal static class ScramVerifier
{
    private const int SaltLength = 16;

    /// <summary>Makes it.</summary>
    /// <param name="password">The password.</param>
    /// <param name="iterations">How often it is hashed: what guessing costs, and each new connection as well. A password of random bits needs no more than one.</param>
    public static string Of(string password, int iterations = 4096)
    {
        // Only within printable ASCII is SASLprep, which client and server apply before hashing, the identity.
        if (password.Length == 0 || password.Any(character => character is < ' ' or > '~'))
        {
            throw new ArgumentException("A role's password is one or more printable ASCII characters.", nameof(password));
        }

        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.ASCII.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }
}
