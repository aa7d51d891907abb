using System.Security.Cryptography;
using System.Text;

namespace Rowhouse.Tenancy;

/// <summary>The normal forms of identifiers that are no host names.</summary>
internal static class IdentifierForms
{
    private const int LongestPhoneNumber = 15;
    private const int ShortestPhoneNumber = 4;
    private const string PhoneSeparators = " \u00A0\u202F-.()/";

    /// <summary>An id, slug or external id: trimmed, in lower case, of visible ASCII: there are letters elsewhere that become these in lower case.</summary>
    public static bool TryName(ReadOnlyMemory<char> text, out ReadOnlyMemory<char> value)
    {
        value = text.Trim();
        if (value.IsEmpty || value.Span.ContainsAnyExceptInRange('!', '~'))
        {
            return false;
        }

        if (value.Span.ContainsAnyInRange('A', 'Z'))
        {
            value = value.ToString().ToLowerInvariant().AsMemory();
        }

        return true;
    }

    /// <summary>A secret, of which only the hash leads to a tenant. Compared as it is: upper and lower case differ.</summary>
    public static bool TrySecret(ReadOnlyMemory<char> text, out ReadOnlyMemory<char> value)
    {
        value = default;
        if (text.IsEmpty)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(Identifier.MaxLength)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text.Span, bytes)], hash);
        value = Convert.ToHexStringLower(hash).AsMemory();
        return true;
    }

    public static bool TryDigits(ReadOnlyMemory<char> text, out ReadOnlyMemory<char> value)
    {
        value = text.Trim();
        return !value.IsEmpty && !value.Span.ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>E.164 as it is written on paper: spaces, dots, hyphens, strokes and brackets mean nothing. Without the <c>+</c> nobody can tell the country.</summary>
    public static bool TryPhoneNumber(ReadOnlyMemory<char> text, out ReadOnlyMemory<char> value)
    {
        value = default;
        var given = text.Trim();
        if (given.IsEmpty || given.Span[0] != '+')
        {
            return false;
        }

        Span<char> digits = stackalloc char[LongestPhoneNumber + 1];
        var length = 1;
        digits[0] = '+';
        foreach (var character in given.Span[1..])
        {
            if (PhoneSeparators.Contains(character))
            {
                continue;
            }

            if (!char.IsAsciiDigit(character) || length > LongestPhoneNumber)
            {
                return false;
            }

            digits[length++] = character;
        }

        if (length <= ShortestPhoneNumber || digits[1] == '0')
        {
            return false;
        }

        value = given.Span.SequenceEqual(digits[..length]) ? given : digits[..length].ToString().AsMemory();
        return true;
    }
}
