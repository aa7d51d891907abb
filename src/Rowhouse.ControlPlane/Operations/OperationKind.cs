using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>A kind of operation: its steps, and what it means for the tenant that one ends.</summary>
internal abstract class OperationKind
{
    /// <summary>The name under which operations are kept.</summary>
    public abstract string Name { get; }

    /// <summary>The names of the steps that this release knows, in order.</summary>
    public abstract IReadOnlyList<string> StepNames { get; }

    /// <summary>How often a step may fail before the operation is undone, where trying again might help: with eight there is half a minute between the first and the last.</summary>
    public virtual int MostFailures => 8;

    /// <summary>Whether this server has what the steps need. Where it has not, operations of the kind are left to those that have.</summary>
    public virtual bool IsWorkedOnHere => true;

    /// <summary>Whether its steps call products, which may wait for a vendor for long: such operations have workers of their own, and keep no home from being made.</summary>
    public virtual bool CallsProducts => false;

    /// <summary>Whether what was done can be undone. Where it cannot, an operation that does not get on waits for somebody.</summary>
    public virtual bool CanBeUndone => true;

    /// <summary>
    /// Told in the transaction in which the operation turns around, gets stuck, ends or is retried; <see cref="Operation.State"/> says which,
    /// <see cref="Operation.Reason"/> why, and <see cref="Operation.IsCancelled"/> whether somebody wished it.
    /// </summary>
    /// <exception cref="OperationDelayedException">It is not to end like this: the last step is done again, which does not count as a failure.</exception>
    /// <exception cref="OperationRefusedException">It cannot end like this, now or later: what was done is undone.</exception>
    public virtual Task StateChangedAsync(PlatformDbContext db, Operation operation, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Does the operation's step that is next, or undoes it.</summary>
    /// <returns>What the steps know after it.</returns>
    public abstract Task<JsonDocument> StepAsync(Operation operation, Guid token, IServiceProvider services, CancellationToken cancellationToken);

    /// <summary>Takes in that the step that was next is done, or undone, and passes over those after it in which there is nothing to do.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="data">What the steps know after it.</param>
    public abstract void EndStep(Operation operation, JsonDocument data);
}

/// <summary>A kind of operation whose steps know something.</summary>
/// <typeparam name="TData">What they know.</typeparam>
internal abstract class OperationKind<TData>(OperationPlan<TData> plan) : OperationKind
    where TData : class
{
    public override string Name => plan.Name;

    public override IReadOnlyList<string> StepNames => plan.StepNames;

    public override async Task<JsonDocument> StepAsync(Operation operation, Guid token, IServiceProvider services, CancellationToken cancellationToken)
    {
        var data = OperationPlan<TData>.Read(operation.Data);
        var run = new OperationRun<TData>(operation.Id, operation.TenantId, token, operation.Attempts > 1, data, services.GetRequiredService<IDbContextFactory<PlatformDbContext>>(), services.GetRequiredService<TimeProvider>());
        var step = plan.Find(operation.NextStep!).Make(services); // the runner asks for none that is not there
        await (operation.State is OperationState.Undoing ? step.UndoAsync(run, cancellationToken) : step.DoAsync(run, cancellationToken));
        return OperationPlan<TData>.Write(run.Data);
    }

    public override void EndStep(Operation operation, JsonDocument data)
    {
        operation.EndStep(data);
        var known = OperationPlan<TData>.Read(data);
        while (operation is { State: OperationState.Running, NextStep: { } next } && plan.IsDone(next, known))
        {
            operation.EndStep(data);
        }
    }
}
