using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Server.Health;

/// <summary>Whether the process lives, and whether it can do its work.</summary>
internal static partial class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var health = endpoints.MapGroup("/health").WithTags("Health").WithoutTenant().AllowAnonymous();
        health.MapGet("/live", () => TypedResults.Ok(new HealthResponse("live")))
            .WithName("Live")
            .WithSummary("Whether the process lives.");
        health.MapGet("/ready", ReadyAsync)
            .WithName("Ready")
            .WithSummary("Whether it can do its work: the directory is filled and the database answers in both roles.")
            .WithProblems(RequestProblems.StoreUnavailable);
    }

    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> ReadyAsync(
        PostgresStore store, TenantDirectory directory, ILogger<HealthResponse> logger, CancellationToken cancellationToken)
    {
        if (!directory.IsFilled)
        {
            return RequestProblems.StoreUnavailable.With("The directory of tenants is still being read.");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            foreach (var role in new[] { store.Application, store.Platform })
            {
                await using var ask = role.CreateCommand("SELECT 1");
                await ask.ExecuteScalarAsync(patience.Token);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            NotReady(logger, exception);
            return RequestProblems.StoreUnavailable.With("The database does not answer.");
        }

        return TypedResults.Ok(new HealthResponse("ready"));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not ready: the database does not answer")]
    private static partial void NotReady(ILogger logger, Exception exception);
}

/// <summary>How the server is.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
internal sealed record HealthResponse(string Status);
