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
    IServiceScopeFactory scopes,
    OperationKinds kinds,
    OperationOptions options,
    TimeProvider clock,
    ILogger<OperationRunner> logger)
{
    /// <summary>How often whoever does a step may die in it, for each time that it may fail: servers die for reasons of their own.</summary>
    private const int CrashesPerAttempt = 4;

    /// <summary>Works on one operation.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        await using var lease = await OperationLease.TakeAsync(contexts, kinds.Names, options.Lease, clock, cancellationToken);
        if (lease is null)
        {
            return false;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            while (await StepAsync(lease, either.Token))
            {
            }
        }
        catch (OperationLostException)
        {
            TakenOver(logger, lease.Operation.Kind, lease.Operation.Id);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The server stops, or the lease is over: whoever comes next goes on from what is recorded.
            await ReleaseAsync(lease);
        }

        return true;
    }

    /// <summary>Does or undoes the step that is next, or brings the operation to its end.</summary>
    /// <returns>Whether there is more to do at once.</returns>
    private async Task<bool> StepAsync(OperationLease lease, CancellationToken cancellationToken)
    {
        var operation = lease.Operation;
        var kind = kinds[operation.Kind];
        if (operation.State is OperationState.Running && await IsCancelledAsync(operation.Id, cancellationToken))
        {
            await TurnAroundAsync(lease, kind, attempt: null, "It was cancelled.", cancellationToken);
        }

        var undo = operation.State is OperationState.Undoing;
        if (undo ? operation.Step < 0 : operation.Step >= kind.StepNames.Count)
        {
            try
            {
                await EndAsync(lease, kind, cancellationToken);
                return false;
            }
            catch (Exception exception) when (exception is not OperationLostException && !cancellationToken.IsCancellationRequested)
            {
                EndFailed(logger, exception, operation.Kind, operation.Id);
                return await FailAsync(lease, kind, attempt: null, OperationFailure.Of(exception), cancellationToken);
            }
        }

        if (operation.Attempts > kind.MostAttempts * CrashesPerAttempt)
        {
            var reason = $"The step '{kind.StepNames[operation.Step]}' was begun {operation.Attempts - 1} times and never ended: whoever did it died.";
            return await FailAsync(lease, kind, attempt: null, new(reason, IsForGood: true), cancellationToken);
        }

        var attempt = await BeginAsync(lease, kind.StepNames[operation.Step], cancellationToken);
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

        await GuardedAsync(
            lease,
            async (db, current) =>
            {
                await CloseAsync(db, attempt, error: null, cancellationToken);
                current.Data = data;
                current.Step += undo ? -1 : 1;
                current.Attempts = 1; // this worker goes on with the next
                current.Reason = undo ? current.Reason : null;
            },
            cancellationToken);
        return true;
    }

    private async Task<bool> FailAsync(OperationLease lease, OperationKind kind, OperationAttempt? attempt, OperationFailure failure, CancellationToken cancellationToken)
    {
        var operation = lease.Operation;
        var isForGood = failure.IsForGood || operation.Attempts >= kind.MostAttempts;
        if (isForGood && operation.State is OperationState.Running && kind.CanBeUndone)
        {
            await TurnAroundAsync(lease, kind, attempt, failure.Reason, cancellationToken);
            return true;
        }

        await GuardedAsync(
            lease,
            async (db, current) =>
            {
                await CloseAsync(db, attempt, failure.Reason, cancellationToken);
                current.Reason = current.State is OperationState.Undoing ? current.Reason ?? failure.Reason : failure.Reason;
                current.State = isForGood ? OperationState.Stuck : current.State;
                current.NotBefore = await NowAsync(db, cancellationToken) + options.PauseAfter(current.Attempts);
                current.Token = null;
                current.LeaseUntil = null;
            },
            cancellationToken);
        return false;
    }

    private Task TurnAroundAsync(OperationLease lease, OperationKind kind, OperationAttempt? attempt, string reason, CancellationToken cancellationToken) => GuardedAsync(
        lease,
        async (db, current) =>
        {
            await CloseAsync(db, attempt, reason, cancellationToken);
            current.State = OperationState.Undoing;
            current.Step = Math.Min(current.Step, kind.StepNames.Count - 1);
            current.Attempts = 1;
            current.Reason = reason;
            await kind.FailAsync(db, current, reason, cancellationToken);
        },
        cancellationToken);

    private Task EndAsync(OperationLease lease, OperationKind kind, CancellationToken cancellationToken) => GuardedAsync(
        lease,
        async (db, current) =>
        {
            current.State = current.State is OperationState.Running ? OperationState.Succeeded : current.IsCancelled ? OperationState.Cancelled : OperationState.Failed;
            current.EndedAt = clock.GetUtcNow();
            current.Token = null;
            current.LeaseUntil = null;
            await kind.EndAsync(db, current, cancellationToken);
        },
        cancellationToken);

    private async Task<OperationAttempt> BeginAsync(OperationLease lease, string name, CancellationToken cancellationToken)
    {
        var operation = lease.Operation;
        OperationAttempt? begun = null;
        await GuardedAsync(
            lease,
            async (db, _) =>
            {
                var last = await db.OperationAttempts.Where(attempt => attempt.OperationId == operation.Id).MaxAsync(attempt => (int?)attempt.Number, cancellationToken) ?? 0;
                begun = new()
                {
                    OperationId = operation.Id,
                    Number = last + 1,
                    Step = operation.Step,
                    Name = name,
                    IsUndo = operation.State is OperationState.Undoing,
                    StartedAt = clock.GetUtcNow(),
                };
                db.OperationAttempts.Add(begun);
            },
            cancellationToken);
        return begun!; // GuardedAsync runs it or throws
    }

    private async Task CloseAsync(PlatformDbContext db, OperationAttempt? attempt, string? error, CancellationToken cancellationToken)
    {
        if (attempt is null)
        {
            return;
        }

        var now = clock.GetUtcNow();
        await db.OperationAttempts.Where(row => row.OperationId == attempt.OperationId && row.Number == attempt.Number)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, now).SetProperty(row => row.Error, error), cancellationToken);
    }

    /// <summary>Changes the operation as long as it is this worker's, and this worker's copy of it.</summary>
    private async Task GuardedAsync(OperationLease lease, Func<PlatformDbContext, Operation, Task> change, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        await db.HoldOperationAsync(lease.Operation.Id, lease.Token, cancellationToken);
        var current = await db.Operations.SingleAsync(operation => operation.Id == lease.Operation.Id, cancellationToken);
        await change(db, current);
        current.Version++;
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        lease.Operation.CopyFrom(current);
    }

    private async Task<bool> IsCancelledAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Operations.AnyAsync(operation => operation.Id == id && operation.IsCancelled, cancellationToken);
    }

    private async Task ReleaseAsync(OperationLease lease)
    {
        try
        {
            await GuardedAsync(
                lease,
                (_, current) =>
                {
                    current.Token = null;
                    current.LeaseUntil = null;
                    current.Attempts--; // a server that stops is no failure
                    return Task.CompletedTask;
                },
                CancellationToken.None);
        }
        catch (Exception exception) when (exception is OperationLostException || OperationFailure.Of(exception) is { IsForGood: false })
        {
            // The lease ends by itself.
        }
    }

#pragma warning disable RS0030 // the wait ends by the database's clock
    private static Task<DateTimeOffset> NowAsync(PlatformDbContext db, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<DateTimeOffset>($"SELECT clock_timestamp() AS \"Value\"").SingleAsync(cancellationToken);
#pragma warning restore RS0030

    [LoggerMessage(Level = LogLevel.Warning, Message = "The step '{Step}' of the {Kind} {Operation} failed")]
    private static partial void StepFailed(ILogger logger, Exception exception, string step, string kind, Guid operation);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Kind} {Operation} could not be ended")]
    private static partial void EndFailed(ILogger logger, Exception exception, string kind, Guid operation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Kind} {Operation} was taken over by another worker, and this one has stopped")]
    private static partial void TakenOver(ILogger logger, string kind, Guid operation);
}
