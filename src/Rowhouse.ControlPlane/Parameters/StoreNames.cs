using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>The stores that a parameter may name.</summary>
/// <param name="names">What homes each has, and its name.</param>
internal sealed class StoreNames(params IReadOnlyList<(PlacementKind Kind, string Name)> names)
{
    /// <summary>The stores that every installation has.</summary>
    public static StoreNames Usual { get; } = new((PlacementKind.Shared, Placement.SharedStore), (PlacementKind.Dedicated, Placement.DedicatedStore));

    /// <summary>Says why a name is not that of a store with homes of a kind.</summary>
    /// <returns><see langword="null"/> where it is.</returns>
    public ValueTask<string?> ExplainAsync(PlacementKind kind, string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var known = names.Where(store => store.Kind == kind).Select(store => store.Name).ToList();
        return ValueTask.FromResult(known.Contains(name) ? null : $"No store for {TenantWords.Of(kind)} homes has this name. There are: {string.Join(", ", known)}.");
    }
}
