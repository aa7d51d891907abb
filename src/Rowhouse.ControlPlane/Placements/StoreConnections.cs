using System.Text.Json.Serialization;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>How the server of a store is reached, in the three roles that work on it.</summary>
internal sealed record StoreConnections(string Platform, string Provisioner, string Owner)
{
    /// <summary>Hosts and port, for people.</summary>
    [JsonIgnore]
    public string Address
    {
        get
        {
            var parsed = new NpgsqlConnectionStringBuilder(Platform);
            return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{parsed.Host}:{parsed.Port}");
        }
    }

    public HomeStore Of(string store) => new() { Name = store, Platform = Platform, Provisioner = Provisioner, Owner = Owner };

    /// <summary>The address alone: a record would write the passwords into whatever log it meets.</summary>
    public override string ToString() => Address;
}
