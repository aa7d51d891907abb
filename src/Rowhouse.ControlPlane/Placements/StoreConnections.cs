using System.Globalization;
using System.Text.Json.Serialization;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>How the server of a store is reached, in the three roles that work on it.</summary>
internal sealed record StoreConnections(string Platform, string Provisioner, string Owner)
{
    private const char Separator = ',';

    /// <summary>The hosts with their ports, for people: a primary and its standbys where there are several.</summary>
    [JsonIgnore]
    public string Address => string.Join(Separator, HostsOf(new(Platform)));

    /// <summary>Whether one of the hosts is among those of another address.</summary>
    public bool IsAt(string address) => Address.Split(Separator).Intersect(address.Split(Separator), StringComparer.OrdinalIgnoreCase).Any();

    public static IEnumerable<string> HostsOf(NpgsqlConnectionStringBuilder connection) =>
        (connection.Host ?? "").Split(Separator, StringSplitOptions.TrimEntries).Select(host => HasPort(host) ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{connection.Port}"));

    // An address of IPv6 has colons of its own, and brackets where a port comes after it.
    private static bool HasPort(string host) => host.LastIndexOf(':') is > 0 and var colon && (host[colon - 1] == ']' || host.IndexOf(':', StringComparison.Ordinal) == colon);

    public HomeStore Of(string store) => new() { Name = store, Platform = Platform, Provisioner = Provisioner, Owner = Owner };

    /// <summary>The address alone: a record would write the passwords into whatever log it meets.</summary>
    public override string ToString() => Address;
}
