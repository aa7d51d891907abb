using System.Text;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;

namespace Rowhouse.ControlPlane.Homes.Pool;

/// <summary>A dedicated home of nobody: made ahead, so that a tenant that asks for one need not wait for it.</summary>
internal sealed class PooledHome
{
    public required string Name { get; init; }

    public required string Store { get; init; }

    /// <summary>The login's password, sealed by the platform.</summary>
    public required byte[] Password { get; init; }

    /// <summary>The id of the platform's key that sealed it.</summary>
    public required string PlatformKey { get; init; }

    /// <summary>The state of the reference data that it has a copy of, as far as whoever keeps the pool knows; none where it does not. The home itself says it to whoever opens it.</summary>
    public string? ReferenceVersion { get; init; }

    /// <summary>Whether it is whole. Only then a tenant gets it.</summary>
    public bool IsReady { get; init; }

    /// <summary>Who makes or removes it: what another one has taken in hand since is not theirs any more.</summary>
    public Guid? Hold { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where it is, in the first generation of whoever gets it.</summary>
    public Placement Placement => new(PlacementKind.Dedicated, Store, Name, 1);

    public static PooledHome Plan(string name, string store, string password, PlatformKey key, Guid hold, DateTimeOffset now) => new()
    {
        Name = name,
        Store = store,
        Password = Seal(name, password, key),
        PlatformKey = key.Id,
        Hold = hold,
        CreatedAt = now,
    };

    public static byte[] Seal(string name, string password, PlatformKey key) => key.Seal(PurposeOf(name), Encoding.UTF8.GetBytes(password));

    /// <summary>The login's password; none where this server does not have the key.</summary>
    public string? OpenPassword(PlatformKeys keys)
    {
        try
        {
            return Encoding.UTF8.GetString(keys.Find(PlatformKey).Open(PurposeOf(Name), Password));
        }
        catch (Exception exception) when (exception is PlatformKeyException or EnvelopeRefusedException)
        {
            return null;
        }
    }

    private static string PurposeOf(string name) => $"pooled-home:{name}";
}
