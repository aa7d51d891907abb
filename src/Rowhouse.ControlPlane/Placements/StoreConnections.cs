using System.Text.Json.Serialization;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>How the server of a store is reached, in the four roles that work on it.</summary>
/// <param name="Platform">In the platform's.</param>
/// <param name="Provisioner">In the provisioner's.</param>
/// <param name="Owner">In the owner's.</param>
/// <param name="Mover">In the mover's; none in what was sealed before there was that role, until the store's connections are changed.</param>
internal sealed record StoreConnections(string Platform, string Provisioner, string Owner, string? Mover)
{
    /// <summary>The hosts with their ports, for people: a primary and its standbys where there are several.</summary>
    [JsonIgnore]
    public string Address => HostAddresses.Of(Platform);

    /// <summary>Whether one of the hosts is among those of another address.</summary>
    public bool IsAt(string address) => HostAddresses.Meet(Address, address);

    public HomeStore Of(string store) => new() { Name = store, Platform = Platform, Provisioner = Provisioner, Owner = Owner, Mover = Mover };

    /// <summary>The address alone: a record would write the passwords into whatever log it meets.</summary>
    public override string ToString() => Address;
}
