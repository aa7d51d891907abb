using Microsoft.AspNetCore.Http.HttpResults;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.Server.Health;

/// <summary>Whether the process lives, and whether it can do its work.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var health = endpoints.MapGroup("/health").WithTags("Health").WithoutTenant().AllowAnonymous();
        health.MapGet("/live", () => TypedResults.Ok(new HealthResponse("live")))
            .WithName("Live")
            .WithSummary("Whether the process lives.");
        health.MapGet("/ready", ReadyAsync)
            .WithName("Ready")
            .WithSummary("Whether it can do its work: the directory is filled and the databases answer in every role.")
            .WithProblems(RequestProblems.StoreUnavailable);
    }

    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> ReadyAsync(Readiness readiness, CancellationToken cancellationToken) =>
        await readiness.FaultAsync(cancellationToken) is { } fault ? RequestProblems.StoreUnavailable.With(fault) : TypedResults.Ok(new HealthResponse("ready"));
}

/// <summary>How the server is.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
internal sealed record HealthResponse(string Status);
