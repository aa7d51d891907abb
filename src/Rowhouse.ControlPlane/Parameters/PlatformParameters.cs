using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>The parameters that the platform has, and what counts where nobody has set them.</summary>
internal static class PlatformParameters
{
    /// <summary>No store's name: of those that take tenants the one that is the least full.</summary>
    public const string LeastFull = "least-full";

    /// <summary>The level below which all of them are.</summary>
    public static readonly ParameterPath Root = ParameterPath.Parse("/platform", null);

    /// <summary>In which store new public tenants live.</summary>
    public static readonly KnownParameter SharedStore = new(ParameterPath.Parse("/platform/postgres/shared-store", null), PlacementKind.Shared, Placement.SharedStore);

    /// <summary>In which store the homes of new private tenants are made that ask for none, while it takes any.</summary>
    public static readonly KnownParameter DedicatedStore = new(ParameterPath.Parse("/platform/postgres/default-dedicated-store", null), PlacementKind.Dedicated, LeastFull);

    /// <summary>All, in the order of their paths.</summary>
    public static IReadOnlyList<KnownParameter> All { get; } = [DedicatedStore, SharedStore];

    public static KnownParameter? Find(ParameterPath path) => All.FirstOrDefault(known => known.Path == path);
}

/// <summary>A parameter of the platform.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Kind">Its value names a store for homes of this kind, or for private ones <see cref="PlatformParameters.LeastFull"/>.</param>
/// <param name="Default">Its value where nobody has set one.</param>
internal sealed record KnownParameter(ParameterPath Path, PlacementKind Kind, string Default)
{
    /// <summary>The parameter as it stands.</summary>
    /// <param name="stored">Its row, where somebody has set it.</param>
    public Parameter With(PlatformParameter? stored) => new(Path, stored?.Value ?? Default, stored?.Version ?? 0, stored?.UpdatedAt);
}
