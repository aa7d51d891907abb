using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>Puts the default of a parameter of the platform back.</summary>
internal static class UnsetParameter
{
    public static void Map(RouteGroupBuilder parameters) =>
        parameters.MapDelete("", (
                [FromQuery(Name = "path"), Description("The parameter's path, for example /platform/postgres/default-dedicated-store.")] string? path,
                ChangeParameter change,
                HttpContext context,
                CancellationToken cancellationToken) =>
                change.UnsetAsync(path, context, cancellationToken))
            .WithName(nameof(UnsetParameter))
            .WithSummary("Puts the default of a parameter of the platform back, and tells it.")
            .WithProblems(ControlPlaneProblems.ReadOnlyParameter, RequestProblems.Invalid, RequestProblems.ChangedMeanwhile, RequestProblems.ChangedAtOnce);
}
