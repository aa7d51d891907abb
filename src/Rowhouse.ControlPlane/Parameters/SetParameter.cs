using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>Sets a parameter of the platform.</summary>
internal static class SetParameter
{
    public static void Map(RouteGroupBuilder parameters) =>
        parameters.MapPut("", (
                [FromQuery(Name = "path"), Description("The parameter's path, for example /platform/postgres/default-dedicated-store.")] string? path,
                SetParameterRequest request,
                ChangeParameter change,
                HttpContext context,
                CancellationToken cancellationToken) =>
                change.SetAsync(path, request.Value, context, cancellationToken))
            .DisableValidation() // what a value is depends on the path, which is judged before
            .WithName(nameof(SetParameter))
            .WithSummary("Sets a parameter of the platform. It counts for new tenants.")
            .WithProblems(ControlPlaneProblems.ReadOnlyParameter, RequestProblems.ChangedMeanwhile, RequestProblems.ChangedAtOnce);
}
