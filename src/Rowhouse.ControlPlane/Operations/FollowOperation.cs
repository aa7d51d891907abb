using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Tells how an operation goes on, until it stops: server-sent events, each with the operation as it stands.</summary>
internal sealed class FollowOperation(IDbContextFactory<PlatformDbContext> contexts, OperationKinds kinds, IHostApplicationLifetime host, TimeProvider clock)
{
    /// <summary>How often it is looked for news. They may come from any server, and progress is no reason for a notice.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>After which a stream ends, so that nobody holds one for ever and rights are looked at again: the reader opens the next.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static void Map(RouteGroupBuilder operations) =>
        operations.MapGet("/{id:guid}/events", async Task<Results<ServerSentEventsResult<OperationResponse>, ProblemHttpResult>> (Guid id, FollowOperation follow, CancellationToken cancellationToken) =>
                await follow.ReadAsync(id, cancellationToken) is { } first ? TypedResults.ServerSentEvents(follow.EventsAsync(first, cancellationToken)) : GetOperation.Unknown())
            .RequireSuperAdmin()
            .WithName(nameof(FollowOperation))
            .WithSummary("How an operation goes on, as server-sent events: the whole operation with each change, until it stops or ten minutes have passed.")
            .WithProblems(ControlPlaneProblems.UnknownOperation)
            .WithStreamLimit();

    private async IAsyncEnumerable<SseItem<OperationResponse>> EventsAsync(Operation first, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var operation = first;
        yield return Item(operation);
        while (operation.IsUnderWay && clock.GetElapsedTime(began) < Longest && await WaitAsync(cancellationToken))
        {
            if (await IsNewAsync(operation, cancellationToken) && await ReadAsync(operation.Id, cancellationToken) is { } next)
            {
                operation = next;
                yield return Item(operation);
            }
        }
    }

    /// <summary>Waits until it is time to look again.</summary>
    /// <returns>Not where the server stops: a reader who waits does not hold it.</returns>
    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.ApplicationStopping);
        try
        {
            await Task.Delay(Look, clock, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private SseItem<OperationResponse> Item(Operation operation) => new(kinds.Show(operation), "operation") { EventId = $"{operation.Version}" };

    private async Task<bool> IsNewAsync(Operation seen, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Operations.AnyAsync(operation => operation.Id == seen.Id && operation.Version != seen.Version, cancellationToken);
    }

    private async Task<Operation?> ReadAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.FindOperationAsync(id, cancellationToken);
    }
}
