using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;
using Rowhouse.Tenancy.AspNetCore.Resolution;

namespace Rowhouse.ControlPlane.Domains;

/// <summary>Tells a TLS proxy whether to fetch a certificate for a host. Decided from memory by what decides where requests lead: any number of made-up hosts cost no query.</summary>
internal static class AllowDomain
{
    public static void Map(RouteGroupBuilder domains) =>
        domains.MapGet("/allowed", HandleAsync)
            .WithoutTenant()
            .AllowAnonymous()
            .WithName(nameof(AllowDomain))
            .WithSummary("Whether a host leads to a tenant that is served: 200 or 404. For a TLS proxy, before it fetches a certificate.")
            .WithProblems(RequestProblems.Malformed, TenancyProblems.Unknown, TenancyProblems.CatalogueUnreachable);

    private static async Task<Results<Ok, ProblemHttpResult>> HandleAsync(
        [Description("The host, in any spelling.")] string domain, HttpContext context, TenantHosts hosts, CancellationToken cancellationToken)
    {
        var resolution = await hosts.ResolveAsync(domain, cancellationToken);
        return resolution.Tenant is { IsServed: true } ? TypedResults.Ok() : TenantStateAdmission.UnknownTenant(context, resolution);
    }
}
