using System.Text;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Homes.Pool;

/// <summary>A dedicated home of nobody: made ahead, so that a tenant that asks for one need not wait for it.</summary>
internal sealed class PooledHome
{
    public required string Name { get; init; }

    public required string Store { get; init; }

    /// <summary>The login's password, sealed by the platform.</summary>
    public required byte[] Password { get; set; }

    /// <summary>The id of the platform's key that sealed it.</summary>
    public required string PlatformKey { get; set; }

    /// <summary>The state of the reference data that it has a copy of; none where that is not known.</summary>
    public string? ReferenceVersion { get; init; }

    /// <summary>Whether it is whole. Only then a tenant gets it.</summary>
    public bool IsReady { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where it is, in the first generation of whoever gets it.</summary>
    public Placement Placement => new(PlacementKind.Dedicated, Store, Name, 1);

    public static PooledHome Plan(string name, string store, string password, PlatformKey key, DateTimeOffset now) => new()
    {
        Name = name,
        Store = store,
        Password = key.Seal(PurposeOf(name), Encoding.UTF8.GetBytes(password)),
        PlatformKey = key.Id,
        CreatedAt = now,
    };

    /// <summary>The login's password.</summary>
    /// <exception cref="PlatformKeyException">This server does not have the key.</exception>
    public string OpenPassword(PlatformKeys keys) => Encoding.UTF8.GetString(keys.Find(PlatformKey).Open(PurposeOf(Name), Password));

    /// <summary>Seals the password anew.</summary>
    public void Reseal(PlatformKeys keys, PlatformKey by)
    {
        Password = by.Seal(PurposeOf(Name), Encoding.UTF8.GetBytes(OpenPassword(keys)));
        PlatformKey = by.Id;
    }

    private static string PurposeOf(string name) => $"pooled-home:{name}";
}
