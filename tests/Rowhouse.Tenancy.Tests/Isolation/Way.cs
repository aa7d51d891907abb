using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>
/// Where attacker and victim live, and what their connection comes from. Placement is dedicated in two ways: the attacker
/// has a home of its own and reaches out of it, or it has got into the victim's, over that home's own login.
/// </summary>
public enum Way
{
    /// <summary>Both live in the shared store, over the driver's own pool of one connection.</summary>
    Shared,

    /// <summary>The same through PgBouncer in transaction mode, with a pool of one.</summary>
    SharedThroughPooler,

    /// <summary>The attacker lives alone in a home of its own, the victim in the shared store.</summary>
    AttackersHome,

    /// <summary>The same through PgBouncer.</summary>
    AttackersHomeThroughPooler,

    /// <summary>The victim lives alone in a home of its own; the attacker's tenant, which lives elsewhere, is bound there.</summary>
    VictimsHome,

    /// <summary>The same through PgBouncer.</summary>
    VictimsHomeThroughPooler,
}

/// <summary>Runs an attack in every way, with the values given, if any. Used again, with others too.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class EveryWayAttribute(params object[] values) : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new(Enum.GetValues<Way>().Select(way => new TheoryDataRow([way, .. values])).ToList());

    public override bool SupportsDiscoveryEnumeration() => true;
}
