using Microsoft.AspNetCore.Http.HttpResults;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

internal static class TenantStates
{
    /// <summary>Moves a tenant to another state, or says in which it is and which it can become.</summary>
    public static ProblemHttpResult? Become(RegisteredTenant tenant, TenantStatus wanted)
    {
        // Creating, moving and deleting lead to active too, but only when the operation that they belong to is done.
        var fromHere = (tenant.Status, wanted) is (TenantStatus.Active, TenantStatus.Suspended) or (TenantStatus.Suspended, TenantStatus.Active);
        return fromHere && tenant.TryBecome(wanted) ? null : Refuse(tenant, wanted);
    }

    /// <summary>Says that a tenant that was deleted changes no more.</summary>
    public static ProblemHttpResult RefuseGone(TenantStatus status)
    {
        string[] allowed = [.. TenantLife.Following(status).Select(TenantWords.Of)];
        return ControlPlaneProblems.WrongState.With(
            $"The tenant is {TenantWords.Of(status)} and changes no more. One that is deleted can be revived until its retention ends.",
            [new("state", TenantWords.Of(status)), new("allowed", allowed)]);
    }

    /// <summary>Says in which state a tenant is, and which it can become.</summary>
    public static ProblemHttpResult Refuse(RegisteredTenant tenant, TenantStatus wanted)
    {
        string[] allowed = [.. tenant.CanBecome.Select(TenantWords.Of)];
        return ControlPlaneProblems.WrongState.With(
            $"The tenant is {TenantWords.Of(tenant.Status)} and cannot become {TenantWords.Of(wanted)} by this.",
            [new("state", TenantWords.Of(tenant.Status)), new("allowed", allowed)]);
    }
}
