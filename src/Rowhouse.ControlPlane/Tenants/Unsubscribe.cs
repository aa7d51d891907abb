using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Ends a tenant's subscription. The product's rows stay where they are.</summary>
internal static class Unsubscribe
{
    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapDelete("/{idOrSlug}/subscriptions/{product}", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(Unsubscribe) + suffix)
            .WithSummary("Ends a tenant's subscription. Nothing of the product is removed.")
            .WithProblems(TenancyProblems.Unknown, ControlPlaneProblems.WrongState, ControlPlaneProblems.NoSubscription, RequestProblems.ChangedMeanwhile, RequestProblems.Malformed);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        string idOrSlug, string product, HttpContext context, TenantChange tenants, CancellationToken cancellationToken)
    {
        var (_, problem) = await tenants.ApplyAsync(
            idOrSlug,
            context,
            AuditActions.Unsubscribed,
            product,
            tenant => tenant.Unsubscribe(product) ? null : ControlPlaneProblems.NoSubscription.With("Nothing was changed."),
            cancellationToken);
        return problem is null ? TypedResults.NoContent() : problem;
    }
}
