using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Rowhouse.ControlPlane.Sessions;

internal static class Networks
{
    private const int SiteBytes = 7;

    /// <summary>
    /// Where a caller calls from, as far as guesses are counted: an IPv4 address, or the 56 bits of an IPv6 address that
    /// providers give to a site, since everybody there has 2^72 addresses to choose from.
    /// </summary>
    public static string Of(HttpContext? context)
    {
        if (context?.Connection.RemoteIpAddress is not { } address)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily is not AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(SiteBytes).Clear();
        return $"{new IPAddress(bytes)}/56";
    }
}
