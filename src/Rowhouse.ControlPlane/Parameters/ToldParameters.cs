using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>What one watcher was told, and what it has to be told when something is read again. Of values it keeps one copy.</summary>
internal sealed class ToldParameters(ParameterScope scope)
{
    private static readonly (string, string)[] Nothing = [];

    private readonly Dictionary<TenantId, (string Name, string Value)[]> tenants = [];
    private readonly HashSet<string> values = new(StringComparer.Ordinal);
    private (string Name, string Value)[] platform = Nothing;

    /// <summary>What is new of a tenant.</summary>
    public IReadOnlyList<ParameterChange> Look(RegisteredTenant tenant)
    {
        var now = AccountParameters.Of(tenant).Where(named => scope.Covers(AccountParameters.PathOf(tenant.Id, named.Name))).Select(named => (named.Name, Keep(named.Value))).ToArray();
        var before = tenants.GetValueOrDefault(tenant.Id, Nothing);
        tenants[tenant.Id] = now;
        return Compare(before, now, name => AccountParameters.PathOf(tenant.Id, name), _ => tenant.Version);
    }

    /// <summary>What is over of a tenant that is not there any more.</summary>
    public IReadOnlyList<ParameterChange> LookGone(TenantId tenant) =>
        tenants.Remove(tenant, out var before) ? Compare(before, Nothing, name => AccountParameters.PathOf(tenant, name), _ => 0) : [];

    /// <summary>What is over of tenants that are not among those that are there.</summary>
    public IReadOnlyList<ParameterChange> LookGone(IReadOnlySet<TenantId> there) =>
        [.. tenants.Keys.Where(tenant => !there.Contains(tenant)).ToList().SelectMany(LookGone)];

    /// <summary>What is new of the platform.</summary>
    public IReadOnlyList<ParameterChange> Look(IEnumerable<Parameter> all)
    {
        var covered = all.Where(parameter => scope.Covers(parameter.Path)).ToDictionary(parameter => parameter.Path.Value, StringComparer.Ordinal);
        var now = covered.Values.Select(parameter => (parameter.Path.Value, parameter.Value)).ToArray();
        var before = platform;
        platform = now;
        return Compare(before, now, name => ParameterPath.Parse(name, null), name => covered[name].Version);
    }

    // What says that something is ready comes last where it comes and first where it goes.
    private static IReadOnlyList<ParameterChange> Compare((string Name, string Value)[] before, (string Name, string Value)[] now, Func<string, ParameterPath> path, Func<string, long> version) =>
    [
        .. before.Reverse().Where(old => !Array.Exists(now, named => named.Name == old.Name)).Select(old => new ParameterChange(path(old.Name), Value: null, Version: null)),
        .. now.Where(named => !before.Contains(named)).Select(named => new ParameterChange(path(named.Name), named.Value, version(named.Name))),
    ];

    private string Keep(string value)
    {
        if (values.TryGetValue(value, out var kept))
        {
            return kept;
        }

        values.Add(value);
        return value;
    }
}

/// <summary>A change that a watcher is told of.</summary>
/// <param name="Path">Of which parameter.</param>
/// <param name="Value">What it is now; none where it is over.</param>
/// <param name="Version">Its version; none where it is over.</param>
internal sealed record ParameterChange(ParameterPath Path, string? Value, long? Version);
