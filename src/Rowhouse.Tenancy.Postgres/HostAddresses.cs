using System.Globalization;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>Where connection strings lead: <c>host:port</c>, several in a row with commas between them.</summary>
public static class HostAddresses
{
    private const char Separator = ',';

    /// <summary>The hosts of a connection string with their ports, for people: a primary and its standbys where there are several.</summary>
    /// <param name="connectionString">A connection string.</param>
    public static string Of(string connectionString)
    {
        var read = new NpgsqlConnectionStringBuilder(connectionString);
        return string.Join(Separator, (read.Host ?? "").Split(Separator, StringSplitOptions.TrimEntries).Select(host => HasPort(host) ? host : string.Create(CultureInfo.InvariantCulture, $"{InBrackets(host)}:{read.Port}")));
    }

    /// <summary>Whether two connection strings have the same hosts, in any order and spelling.</summary>
    /// <param name="connectionString">One.</param>
    /// <param name="otherConnectionString">Another.</param>
    public static bool AreSame(string connectionString, string otherConnectionString) => Split(Of(connectionString)).ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(Split(Of(otherConnectionString)));

    /// <summary>Whether two addresses have a host in common.</summary>
    /// <param name="address">From <see cref="Of"/>.</param>
    /// <param name="otherAddress">Another.</param>
    public static bool Meet(string address, string otherAddress) => Split(address).Intersect(Split(otherAddress), StringComparer.OrdinalIgnoreCase).Any();

    private static string[] Split(string addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        return addresses.Split(Separator);
    }

    private static string InBrackets(string host) => host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host;

    // An address of IPv6 has colons of its own, and brackets where a port comes after it.
    private static bool HasPort(string host) => host.LastIndexOf(':') is > 0 and var colon && (host[colon - 1] == ']' || host.IndexOf(':', StringComparison.Ordinal) == colon);
}
