using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Rowhouse.ControlPlane.Sessions;

internal static class Networks
{
    private const int SiteBytes = 7;
    private const int ProviderBytes = 6;
    private const int NeighbourhoodBytes = 3;

    /// <summary>
    /// Where a caller calls from, as far as guesses are counted: an IPv4 address, or the 56 bits of an IPv6 address that
    /// providers give to a site, since everybody there has 2^72 addresses to choose from.
    /// </summary>
    public static string Of(HttpContext? context) => Prefix(context, 4, SiteBytes);

    /// <summary>The same as far as room is shared out: 24 bits of an IPv4 address, or the 48 of an IPv6 address that anybody gets for the asking.</summary>
    public static string WideOf(HttpContext? context) => Prefix(context, NeighbourhoodBytes, ProviderBytes);

    private static string Prefix(HttpContext? context, int bytesOfIPv4, int bytesOfIPv6)
    {
        if (context?.Connection.RemoteIpAddress is not { } address)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        var kept = address.AddressFamily is AddressFamily.InterNetworkV6 ? bytesOfIPv6 : bytesOfIPv4;
        bytes.AsSpan(kept).Clear();
        return kept == bytes.Length ? address.ToString() : $"{new IPAddress(bytes)}/{8 * kept}";
    }
}
