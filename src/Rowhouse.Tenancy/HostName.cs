using System.Buffers;
using System.Globalization;

namespace Rowhouse.Tenancy;

/// <summary>Host names in the one form in which they are compared.</summary>
internal static class HostName
{
    /// <summary>The longest host name, in characters (RFC 1035, 2.3.4).</summary>
    public const int MaxLength = 253;

    private const int LongestLabel = 63;

    private static readonly SearchValues<char> Normal = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    // IDNA maps some of these to others or leaves them; in a URL they end the host or have a meaning of their own.
    private static readonly SearchValues<char> NoHost = SearchValues.Create("/\\?#@%[]<>^|`{}\"' \t\r\n\0,;=&$!*()+~:");

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>
    /// Brings the host of a request to its normal form: without port and final dot, in lower case, its labels as IDNA
    /// writes them in ASCII. IP addresses have none, nor has what ends in a number: browsers read that as an IPv4 address.
    /// </summary>
    /// <param name="text">A host as a <c>Host</c> header or a person writes it, with or without a port.</param>
    /// <param name="host">The normal form.</param>
    /// <returns><see langword="false"/> for an IP address, and for what is no host name.</returns>
    public static bool TryNormalise(string? text, out string host)
    {
        if (text is not null && TryNormalise(text.AsMemory(), out var normal))
        {
            host = normal.ToString();
            return true;
        }

        host = "";
        return false;
    }

    /// <summary>As above; the normal form is a part of the text itself where nothing has to be changed.</summary>
    internal static bool TryNormalise(ReadOnlyMemory<char> text, out ReadOnlyMemory<char> host)
    {
        host = text;
        if (host.Length > Identifier.MaxLength)
        {
            return false;
        }

        if (host.Span.IndexOf(':') is >= 0 and var colon)
        {
            // Of an IPv6 address without brackets this leaves what is no host name.
            if (host.Span[(colon + 1)..].ContainsAnyExceptInRange('0', '9'))
            {
                return false;
            }

            host = host[..colon];
        }

        host = WithoutFinalDot(host);
        if (host.Span.ContainsAnyExcept(Normal))
        {
            if (!TryAscii(host.ToString(), out var ascii))
            {
                return false;
            }

            // Its final dot may have been one of those that IDNA takes for dots.
            host = WithoutFinalDot(ascii.AsMemory());
        }

        return IsName(host.Span);
    }

    private static ReadOnlyMemory<char> WithoutFinalDot(ReadOnlyMemory<char> host) => host.Span is [.., '.'] ? host[..^1] : host;

    private static bool TryAscii(string text, out string ascii)
    {
        ascii = "";
        if (text.AsSpan().ContainsAny(NoHost))
        {
            return false;
        }

        ascii = text.ToLowerInvariant();
        if (!ascii.AsSpan().ContainsAnyExcept(Normal))
        {
            return true;
        }

        try
        {
            // Composes first, and takes the other dots of East Asian keyboards for dots.
            ascii = Idn.GetAscii(ascii).ToLowerInvariant();
            return !ascii.AsSpan().ContainsAnyExcept(Normal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsName(ReadOnlySpan<char> host)
    {
        if (host.IsEmpty || host.Length > MaxLength)
        {
            return false;
        }

        // Not by Split, which is twice as slow: every request comes by here.
        var last = host;
        for (var dot = last.IndexOf('.'); dot >= 0; dot = last.IndexOf('.'))
        {
            if (dot is 0 or > LongestLabel)
            {
                return false;
            }

            last = last[(dot + 1)..];
        }

        if (last.IsEmpty || last.Length > LongestLabel)
        {
            return false;
        }

        return last.ContainsAnyExceptInRange('0', '9') && !(last is ['0', 'x', .. var digits] && digits.TrimStart("0123456789abcdef").IsEmpty);
    }
}
