using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>One operation.</summary>
internal static class GetOperation
{
    public static void Map(RouteGroupBuilder operations) =>
        operations.MapGet("/{id:guid}", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(GetOperation))
            .WithSummary("One operation, with its steps as they stand.")
            .WithProblems(ControlPlaneProblems.UnknownOperation);

    private static async Task<Results<Ok<OperationResponse>, ProblemHttpResult>> HandleAsync(Guid id, PlatformDbContext db, OperationKinds kinds, CancellationToken cancellationToken) =>
        await db.FindOperationAsync(id, cancellationToken) is { } operation ? TypedResults.Ok(kinds.Show(operation)) : Unknown();

    public static ProblemHttpResult Unknown() => ControlPlaneProblems.UnknownOperation.With("There is no operation with this id.");
}
