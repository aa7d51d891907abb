using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>A kind of operation: its name, its steps in order, and what it means for the tenant that one ends.</summary>
internal abstract class OperationKind
{
    /// <summary>The name under which operations are kept; it can never change.</summary>
    public abstract string Name { get; }

    /// <summary>The names of the steps, in order.</summary>
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
    public virtual Task StateChangedAsync(PlatformDbContext db, Operation operation, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Does or undoes one step.</summary>
    /// <returns>What the steps know after it.</returns>
    public abstract Task<JsonDocument> StepAsync(Operation operation, Guid token, bool undo, IServiceProvider services, CancellationToken cancellationToken);
}

/// <summary>A kind of operation whose steps know something.</summary>
/// <typeparam name="TData">What they know: an immutable record, kept as JSON.</typeparam>
internal abstract class OperationKind<TData>(IReadOnlyList<OperationStep<TData>> steps) : OperationKind
    where TData : class
{
    public override IReadOnlyList<string> StepNames { get; } = [.. steps.Select(step => step.Name)];

    public static JsonDocument Write(TData data) => JsonSerializer.SerializeToDocument(data, JsonSerializerOptions.Web);

    public static TData Read(JsonDocument data) => data.Deserialize<TData>(JsonSerializerOptions.Web) ?? throw new InvalidOperationException("An operation's data is null.");

    public override async Task<JsonDocument> StepAsync(Operation operation, Guid token, bool undo, IServiceProvider services, CancellationToken cancellationToken)
    {
        var run = new OperationRun<TData>(operation.Id, operation.TenantId, token, operation.Attempts > 1, Read(operation.Data), services.GetRequiredService<IDbContextFactory<PlatformDbContext>>(), services.GetRequiredService<TimeProvider>());
        var step = steps[operation.Step].Make(services);
        await (undo ? step.UndoAsync(run, cancellationToken) : step.DoAsync(run, cancellationToken));
        return Write(run.Data);
    }
}

/// <summary>A step of a kind, made anew each time from the services of a scope.</summary>
/// <typeparam name="TData">What it knows.</typeparam>
internal sealed record OperationStep<TData>(string Name, Func<IServiceProvider, IOperationStep<TData>> Make)
    where TData : class
{
    public static OperationStep<TData> Of<TStep>(string name)
        where TStep : class, IOperationStep<TData> => new(name, services => ActivatorUtilities.CreateInstance<TStep>(services));
}
