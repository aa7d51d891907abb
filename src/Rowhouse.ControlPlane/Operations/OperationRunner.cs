using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Works on operations, one step after the other, until each has ended or has to wait.</summary>
/// <remarks>
/// <list type="number">
/// <item>Take an operation that nobody works on, under a new token.</item>
/// <item>Record that the step begins.</item>
/// <item>Do it, or undo it.</item>
/// <item>Record that it ended, what it decided, and which step is next, in one transaction that the token guards.</item>
/// </list>
/// A crash between any two of these leaves a step that is done again. A failure for good turns the operation around at the failed step itself: it may be
/// half done.
/// </remarks>
internal sealed partial class OperationRunner(
    IDbContextFactory<PlatformDbContext> contexts,
    OperationJournal journal,
    IServiceScopeFactory scopes,
    OperationKinds kinds,
    OperationOptions options,
    TimeProvider clock,
    ILogger<OperationRunner> logger)
{
    /// <summary>How often whoever does a step may die in it: servers die for reasons of their own, but not always in the same step.</summary>
    private const int MostDeaths = 20;

    /// <summary>Works on one operation: on a product of a tenant, or on a tenant's home.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RunNextAsync(bool callsProducts, CancellationToken cancellationToken)
    {
        await using var lease = await OperationLease.TakeAsync(contexts, kinds.WorkedOn(callsProducts), kinds.Products, options.Lease, clock, cancellationToken);
        if (lease is null)
        {
            return false;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            while (await NextAsync(lease, either.Token))
            {
            }
        }
        catch (OperationLostException)
        {
            TakenOver(logger, lease.Operation.Kind, lease.Operation.Id);
        }
        catch (Exception exception) when (either.IsCancellationRequested)
        {
            // The server stops, or the lease is over: whoever comes next goes on from what is recorded.
            Stopped(logger, exception, lease.Operation.Kind, lease.Operation.Id);
            await journal.ReleaseAsync(lease);
        }

        return true;
    }

    /// <summary>Does or undoes the step that is next, or brings the operation to its end.</summary>
    /// <returns>Whether there is more to do at once.</returns>
    private async Task<bool> NextAsync(OperationLease lease, CancellationToken cancellationToken)
    {
        var operation = lease.Operation;
        var kind = kinds[operation.Kind];
        if (operation.State is OperationState.Running && await journal.IsCancelledAsync(operation.Id, cancellationToken))
        {
            var reason = operation.Reason is { } before ? $"It was cancelled. Before: {before}" : "It was cancelled.";
            return await TurnAroundAsync(lease, kind, attempt: null, reason, cancellationToken);
        }

        var undo = operation.State is OperationState.Undoing;
        if (undo ? operation.Step < 0 : operation.Step >= kind.StepNames.Count)
        {
            return await EndAsync(lease, kind, cancellationToken);
        }

        if (operation.Attempts > MostDeaths)
        {
            var reason = $"The step '{kind.StepNames[operation.Step]}' was begun {operation.Attempts - 1} times and never ended: whoever did it died.";
            return await FailAsync(lease, kind, attempt: null, new(reason, IsForGood: true), cancellationToken);
        }

        var attempt = await journal.BeginAsync(lease, kind.StepNames[operation.Step], cancellationToken);
        JsonDocument data;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            data = await kind.StepAsync(operation, lease.Token, undo, scope.ServiceProvider, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationLostException && !cancellationToken.IsCancellationRequested)
        {
            StepFailed(logger, exception, attempt.Name, operation.Kind, operation.Id);
            return await FailAsync(lease, kind, attempt, OperationFailure.Of(exception), cancellationToken);
        }

        await journal.ChangeAsync(
            lease,
            async (db, current) =>
            {
                await journal.CloseAsync(db, attempt, error: null, cancellationToken);
                current.Data = data;
                current.Step += undo ? -1 : 1;
                current.Attempts = 1; // this worker goes on with the next
                current.Failures = 0;
                current.Reason = undo ? current.Reason : null;
            },
            cancellationToken);
        return true;
    }

    /// <summary>What a failure means: undoing where it is for good or came too often, another try where it is not, and waiting for somebody where neither helps.</summary>
    private async Task<bool> FailAsync(OperationLease lease, OperationKind kind, OperationAttempt? attempt, OperationFailure failure, CancellationToken cancellationToken)
    {
        var operation = lease.Operation;
        var canTurn = operation.State is OperationState.Running && kind.CanBeUndone;
        if (canTurn && (failure.IsForGood || (!failure.IsDelay && operation.Failures + 1 >= kind.MostFailures)))
        {
            return await TurnAroundAsync(lease, kind, attempt, failure.Reason, cancellationToken);
        }

        await WaitAsync(lease, kind, attempt, failure, cancellationToken);
        return false;
    }

    private async Task<bool> TurnAroundAsync(OperationLease lease, OperationKind kind, OperationAttempt? attempt, string reason, CancellationToken cancellationToken)
    {
        try
        {
            await journal.ChangeAsync(
                lease,
                async (db, current) =>
                {
                    await journal.CloseAsync(db, attempt, reason, cancellationToken);
                    current.State = OperationState.Undoing;
                    current.Step = Math.Min(current.Step, kind.StepNames.Count - 1);
                    current.Attempts = 1;
                    current.Failures = 0;
                    current.Reason = reason;
                    await kind.StateChangedAsync(db, current, cancellationToken);
                },
                cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is not OperationLostException && !cancellationToken.IsCancellationRequested)
        {
            ChangeFailed(logger, exception, lease.Operation.Kind, lease.Operation.Id);
            await WaitAsync(lease, kind, attempt, OperationFailure.Of(exception), cancellationToken);
            return false;
        }
    }

    private async Task<bool> EndAsync(OperationLease lease, OperationKind kind, CancellationToken cancellationToken)
    {
        var ended = false;
        try
        {
            await journal.ChangeAsync(
                lease,
                async (db, current) =>
                {
                    ended = !(current.State is OperationState.Running && current.IsCancelled);
                    if (!ended)
                    {
                        return; // somebody cancelled it a moment ago, and has been told that it will be undone
                    }

                    current.State = current.State is OperationState.Running ? OperationState.Succeeded : current.IsCancelled ? OperationState.Cancelled : OperationState.Failed;
                    current.EndedAt = clock.GetUtcNow();
                    current.Token = null;
                    current.LeaseUntil = null;
                    await kind.StateChangedAsync(db, current, cancellationToken);
                },
                cancellationToken);
            return !ended;
        }
        catch (Exception exception) when (exception is not OperationLostException && !cancellationToken.IsCancellationRequested)
        {
            ChangeFailed(logger, exception, lease.Operation.Kind, lease.Operation.Id);
            return await FailAsync(lease, kind, attempt: null, OperationFailure.Of(exception), cancellationToken);
        }
    }

    /// <summary>Lets the operation go: until it is tried again, or for somebody to mend what the reason names.</summary>
    private async Task WaitAsync(OperationLease lease, OperationKind kind, OperationAttempt? attempt, OperationFailure failure, CancellationToken cancellationToken)
    {
        try
        {
            await RecordAsync(tell: failure.IsForGood);
        }
        catch (Exception exception) when (failure.IsForGood && exception is not OperationLostException && !cancellationToken.IsCancellationRequested)
        {
            // What the kind would do with the news is refused as well; that it is stuck has to be known all the same.
            ChangeFailed(logger, exception, lease.Operation.Kind, lease.Operation.Id);
            await RecordAsync(tell: false);
        }

        Task RecordAsync(bool tell) => journal.ChangeAsync(
            lease,
            async (db, current) =>
            {
                await journal.CloseAsync(db, attempt, failure.Reason, cancellationToken);
                current.Reason = current.State is OperationState.Undoing && !failure.IsForGood ? current.Reason ?? failure.Reason : failure.Reason;
                current.State = failure.IsForGood ? OperationState.Stuck : current.State;
                current.Failures += failure.IsDelay ? 0 : 1;
                current.Attempts = 0;
                current.NotBefore = await OperationJournal.NowAsync(db, cancellationToken) + (failure.IsDelay ? options.Poll : options.PauseAfter(current.Failures));
                current.Token = null;
                current.LeaseUntil = null;
                if (tell)
                {
                    await kind.StateChangedAsync(db, current, cancellationToken);
                }
            },
            cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The step '{Step}' of the {Kind} {Operation} failed")]
    private static partial void StepFailed(ILogger logger, Exception exception, string step, string kind, Guid operation);

    [LoggerMessage(Level = LogLevel.Error, Message = "That the {Kind} {Operation} turns around, ends or waits could not be recorded")]
    private static partial void ChangeFailed(ILogger logger, Exception exception, string kind, Guid operation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Kind} {Operation} was taken over by another worker, and this one has stopped")]
    private static partial void TakenOver(ILogger logger, string kind, Guid operation);

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Kind} {Operation} is left to others: this server stops, or its lease is over")]
    private static partial void Stopped(ILogger logger, Exception exception, string kind, Guid operation);
}
