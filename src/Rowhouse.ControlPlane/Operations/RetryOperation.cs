using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Lets an operation that failed, is undone or waits for somebody go on from where it stands, forwards.</summary>
internal static class RetryOperation
{
    public static void Map(RouteGroupBuilder operations) =>
        operations.MapPost("/{id:guid}/retry", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(RetryOperation))
            .WithSummary("Lets an operation that failed or is stuck go on from where it stands. What is half undone is done again.")
            .WithProblems(ControlPlaneProblems.UnknownOperation, ControlPlaneProblems.OperationState);

    private static async Task<Results<Accepted<OperationResponse>, ProblemHttpResult>> HandleAsync(Guid id, OperationRetry retry, OperationKinds kinds, CancellationToken cancellationToken)
    {
        var (operation, problem) = await retry.ExecuteAsync(id, cancellationToken);
        return operation is null ? problem! : TypedResults.Accepted($"/api/operations/{id}", kinds.Show(operation)); // one of the two is there
    }
}
