using System.Text.Json;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>A store that can hold tenants: one that every installation has, on the server that its settings name, or a server of dedicated homes that was added.</summary>
internal sealed class RegisteredStore
{
    public required string Name { get; init; }

    public required PlacementKind Kind { get; init; }

    /// <summary>Where it is, in words of whoever runs the platform.</summary>
    public string? Region { get; private set; }

    /// <summary>How many tenants it takes; as many as come where there is none.</summary>
    public int? Capacity { get; private set; }

    /// <summary>Whether new tenants are placed here.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Host and port of its server, for people.</summary>
    public string? Address { get; private set; }

    /// <summary>How its server is reached, sealed by the platform; none where the installation's settings say it.</summary>
    public byte[]? Connections { get; private set; }

    /// <summary>The id of the platform's key that sealed it.</summary>
    public string? PlatformKey { get; private set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; private set; } = 1;

    public bool IsOfInstallation => Connections is null;

    public void Become(string? region, int? capacity, bool isOpen)
    {
        Region = region;
        Capacity = capacity;
        IsOpen = isOpen;
    }

    /// <summary>Keeps how its server is reached.</summary>
    public void Lead(StoreConnections connections, PlatformKey key)
    {
        Address = connections.Address;
        Connections = key.Seal(PurposeOf(Name), JsonSerializer.SerializeToUtf8Bytes(connections, JsonSerializerOptions.Web));
        PlatformKey = key.Id;
    }

    /// <summary>How a server that was added is reached.</summary>
    /// <exception cref="PlatformKeyException">This server does not have the key.</exception>
    public StoreConnections Open(PlatformKeys keys) =>
        JsonSerializer.Deserialize<StoreConnections>(keys.Find(PlatformKey!).Open(PurposeOf(Name), Connections!), JsonSerializerOptions.Web)!; // sealed here, from one

    public void Touch() => Version++;

    public StoreResponse ToResponse(long tenants, long pooledHomes) => new(
        Name, Kind is PlacementKind.Shared ? "shared" : "dedicated", Address, IsOfInstallation, Region, Capacity, IsOpen, tenants, pooledHomes, CreatedAt, Version);

    /// <summary>What the connections of a store are sealed for.</summary>
    public static string PurposeOf(string name) => $"store:{name}";
}
