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
/// <item>Record that its next step begins.</item>
/// <item>Do it, or undo it.</item>
/// <item>Record that it ended and what it decided, and that the one after it begins or the operation ends, in one transaction that the token guards.</item>
/// </list>
/// A crash between any two of these leaves a step that is done again. A failure for good turns the operation around at the failed step itself: it may be
/// half done.
/// </remarks>
internal sealed partial class OperationRunner(
    IDbContextFactory<PlatformDbContext> contexts,
    OperationJournal journal,
    IServiceScopeFactory scopes,
    OperationKinds kinds,
    OperationStops stops,
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
            var kind = kinds[lease.Operation.Kind];
            var attempt = await BeginAsync(lease, kind, either.Token);
            while (attempt is not null)
            {
                attempt = await StepAsync(lease, kind, attempt, either.Token);
            }
        }
        catch (OperationLostException lost)
        {
            Lost(logger, lost, lease.Operation.Kind, lease.Operation.Id);
        }
        catch (Exception exception) when (either.IsCancellationRequested)
        {
            // The server stops, or the lease is over: whoever comes next goes on from what is recorded.
            Stopped(logger, exception, lease.Operation.Kind, lease.Operation.Id);
            await journal.ReleaseAsync(lease);
        }

        return true;
    }

    /// <summary>Begins the step that is next of an operation that was just taken.</summary>
    /// <returns>None where there is nothing to do, now or here.</returns>
    private async Task<OperationAttempt?> BeginAsync(OperationLease lease, OperationKind kind, CancellationToken cancellationToken)
    {
        var operation = lease.Operation;
        if (kinds.UnknownStepOf(operation) is { } unknown)
        {
            UnknownStep(logger, unknown, operation.Kind, operation.Id);
            var reason = $"The server that took it up is of a release that does not know the step '{unknown}'. It waits for one that does.";
            return await FailAsync(lease, kind, attempt: null, new(reason, IsForGood: false) { IsDelay = true }, cancellationToken);
        }

        if (operation is { Attempts: > MostDeaths, NextStep: { } step })
        {
            var reason = $"The step '{step}' was begun {operation.Attempts - 1} times and never ended: whoever did it died.";
            return await FailAsync(lease, kind, attempt: null, new(reason, IsForGood: true), cancellationToken);
        }

        return await RecordOrFailAsync(lease, kind, ended: null, _ => { }, cancellationToken);
    }

    /// <summary>Does or undoes the step that was begun.</summary>
    /// <returns>The one that is begun then; none where there is no more to do at once.</returns>
    private async Task<OperationAttempt?> StepAsync(OperationLease lease, OperationKind kind, OperationAttempt attempt, CancellationToken cancellationToken)
    {
        JsonDocument data;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            data = await kind.StepAsync(lease.Operation, lease.Token, scope.ServiceProvider, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationLostException && !cancellationToken.IsCancellationRequested)
        {
            Tell(exception, lease.Operation, attempt.Name);
            return await FailAsync(lease, kind, attempt, OperationFailure.Of(exception), cancellationToken);
        }

        return await RecordOrFailAsync(lease, kind, attempt, operation => kind.EndStep(operation, data), cancellationToken);
    }

    /// <summary>Records that a step is done, and what comes next. Where that cannot be recorded, the step is not done: it is tried again like one that fails.</summary>
    private async Task<OperationAttempt?> RecordOrFailAsync(OperationLease lease, OperationKind kind, OperationAttempt? ended, Action<Operation> change, CancellationToken cancellationToken)
    {
        try
        {
            return await RecordAsync(lease, kind, ended, error: null, change, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationLostException && !cancellationToken.IsCancellationRequested)
        {
            Tell(exception, lease.Operation);

            // Its kind alone refuses for good. Nothing was wrong with the step, so no state of the control database undoes it at once.
            return await FailAsync(lease, kind, ended, OperationFailure.Of(exception) with { IsForGood = exception is OperationRefusedException }, cancellationToken);
        }
    }

    /// <summary>Records what has become of a step, and that the next one begins; where there is none that the operation ends, and where somebody cancelled it, that it turns around.</summary>
    /// <returns>The step that is begun; none where the operation has ended.</returns>
    private async Task<OperationAttempt?> RecordAsync(OperationLease lease, OperationKind kind, OperationAttempt? ended, string? error, Action<Operation> change, CancellationToken cancellationToken)
    {
        OperationAttempt? next = null;
        await journal.ChangeAsync(
            lease,
            async (db, operation) =>
            {
                var before = operation.State;
                journal.Close(db, ended, error);
                change(operation);
                if (operation is { State: OperationState.Running, IsCancelled: true })
                {
                    operation.TurnAround(operation.Reason is { } reason ? $"It was cancelled. Before: {reason}" : "It was cancelled.");
                }

                if (operation.NextStep is null)
                {
                    operation.End(clock.GetUtcNow());
                }

                if (operation.State != before)
                {
                    await kind.StateChangedAsync(db, operation, cancellationToken);
                }

                next = operation.IsUnderWay ? await journal.BeginAsync(db, operation, ended, cancellationToken) : null;
            },
            cancellationToken);
        TellIfStopped(lease.Operation);
        return next;
    }

    /// <summary>What a failure means: undoing where it is for good or came too often, another try where it is not, and waiting for somebody where neither helps.</summary>
    private async Task<OperationAttempt?> FailAsync(OperationLease lease, OperationKind kind, OperationAttempt? attempt, OperationFailure failure, CancellationToken cancellationToken)
    {
        var operation = lease.Operation;
        var isTooOften = !failure.IsDelay && operation.Failures + 1 >= kind.MostFailures;
        if (operation.State is OperationState.Running && kind.CanBeUndone && (failure.IsForGood || isTooOften))
        {
            try
            {
                return await RecordAsync(lease, kind, attempt, failure.Reason, current => current.TurnAround(failure.Reason), cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationLostException && !cancellationToken.IsCancellationRequested)
            {
                Tell(exception, operation);
                failure = OperationFailure.Of(exception);
            }
        }

        await WaitAsync(lease, kind, attempt, failure, cancellationToken);
        return null;
    }

    /// <summary>Lets the operation go: until it is tried again, or for somebody to mend what the reason names.</summary>
    private async Task WaitAsync(OperationLease lease, OperationKind kind, OperationAttempt? attempt, OperationFailure failure, CancellationToken cancellationToken)
    {
        try
        {
            await LetGoAsync(tell: failure.IsForGood);
        }
        catch (Exception exception) when (failure.IsForGood && exception is not OperationLostException && !cancellationToken.IsCancellationRequested)
        {
            // What the kind would do with the news is refused as well; that it is stuck has to be known all the same.
            ChangeFailed(logger, exception, lease.Operation.Kind, lease.Operation.Id);
            await LetGoAsync(tell: false);
        }

        TellIfStopped(lease.Operation);

        Task LetGoAsync(bool tell) => journal.ChangeAsync(
            lease,
            async (db, operation) =>
            {
                journal.Close(db, attempt, failure.Reason);
                operation.Wait(failure, await OperationJournal.NowAsync(db, cancellationToken) + PauseAfter(operation, failure));
                if (tell)
                {
                    await kind.StateChangedAsync(db, operation, cancellationToken);
                }
            },
            cancellationToken);
    }

    /// <summary>Logs why a step is not done, or why what has become of one was not recorded.</summary>
    private void Tell(Exception exception, Operation operation, string? step = null)
    {
        if (exception is OperationDelayedException)
        {
            Delayed(logger, operation.Kind, operation.Id, exception.Message);
        }
        else if (step is null)
        {
            ChangeFailed(logger, exception, operation.Kind, operation.Id);
        }
        else
        {
            StepFailed(logger, exception, step, operation.Kind, operation.Id);
        }
    }

    private TimeSpan PauseAfter(Operation operation, OperationFailure failure) => failure switch
    {
        { IsElsewhere: true } => options.LongestPause,
        { IsDelay: true } => options.Poll,
        _ => options.PauseAfter(operation.Failures + 1),
    };

    private void TellIfStopped(Operation operation)
    {
        if (!operation.IsUnderWay)
        {
            stops.Tell(operation.TenantId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The step '{Step}' of the {Kind} {Operation} failed")]
    private static partial void StepFailed(ILogger logger, Exception exception, string step, string kind, Guid operation);

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Kind} {Operation} waits: {Reason}")]
    private static partial void Delayed(ILogger logger, string kind, Guid operation, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The step '{Step}' of the {Kind} {Operation} is of another release; it is left to a server that knows it")]
    private static partial void UnknownStep(ILogger logger, string step, string kind, Guid operation);

    [LoggerMessage(Level = LogLevel.Error, Message = "That a step of the {Kind} {Operation} begins or is done, or that it turns around, ends or waits, could not be recorded")]
    private static partial void ChangeFailed(ILogger logger, Exception exception, string kind, Guid operation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Kind} {Operation} is left to whoever has taken it over or will, and this worker has stopped")]
    private static partial void Lost(ILogger logger, Exception exception, string kind, Guid operation);

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Kind} {Operation} is left to others: this server stops, or its lease is over")]
    private static partial void Stopped(ILogger logger, Exception exception, string kind, Guid operation);
}
