namespace Rowhouse.Tenancy;

/// <summary>Where a tenant's rows live. Exactly one generation of a tenant's homes is writable.</summary>
/// <param name="Kind">Among others, or in a home of its own.</param>
/// <param name="Store">The name of the registered store.</param>
/// <param name="Database">The database in that store.</param>
/// <param name="Generation">Counts the homes that the tenant has had, from 1.</param>
public sealed record Placement(PlacementKind Kind, string Store, string Database, int Generation)
{
    /// <summary>The name of the store that every installation has.</summary>
    public const string SharedStore = "shared";

    /// <summary>The name of the store in which dedicated homes are made where none is named: the installation's own server.</summary>
    public const string DedicatedStore = "dedicated";
}

/// <summary>How a tenant is housed. The numbers are stored; do not change them.</summary>
public enum PlacementKind
{
    /// <summary>In rows among other tenants, behind row-level security (public cloud).</summary>
    Shared = 0,

    /// <summary>In a database of its own (private cloud).</summary>
    Dedicated = 1,
}
